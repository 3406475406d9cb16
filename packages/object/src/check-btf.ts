import { type Btf, type BtfType, SpoorError } from '@spoor/btf';

/**
 * Checks that every reference of an object's BTF leads somewhere of the right kind, and that chains of typedefs end.
 *
 * libbpf before 1.3 follows what it finds there: broken BTF ends the process by SIGSEGV. (`btf_sanity_check` since.)
 *
 * @throws SpoorError `BTF_INVALID`
 */
export function checkBtf(btf: Btf): void {
  const { typeCount } = btf;
  for (const type of btf.types) {
    for (const id of referencesOf(type)) {
      if (id >= typeCount) throw broken(btf, `type ${type.id} refers to type ${id} of ${typeCount}`);
    }
    if (modifiers.has(type.kind)) btf.resolve(type.id);
    if (type.kind === 'function') expectKind(btf, type.id, { id: type.type, kinds: ['function-proto'] });
    if (type.kind === 'datasec') {
      for (const { variable } of type.variables) {
        expectKind(btf, type.id, { id: variable, kinds: ['variable', 'function'] });
      }
    }
  }
}

const modifiers: ReadonlySet<BtfType['kind']> = new Set([
  'typedef',
  'const',
  'volatile',
  'restrict',
  'type-tag',
]);

function referencesOf(type: BtfType): readonly number[] {
  switch (type.kind) {
    case 'array':
      return [type.element, type.index];
    case 'struct':
    case 'union':
      return type.members.map((member) => member.type);
    case 'function-proto':
      return [type.returns, ...type.parameters.map((parameter) => parameter.type)];
    case 'datasec':
      return type.variables.map(({ variable }) => variable);
    case 'void':
    case 'int':
    case 'enum':
    case 'float':
    case 'forward':
      return [];
    default:
      return [type.type];
  }
}

function expectKind(
  btf: Btf,
  owner: number,
  { id, kinds }: { readonly id: number; readonly kinds: readonly BtfType['kind'][] },
): void {
  const { kind } = btf.typeById(id);
  if (!kinds.includes(kind))
    throw broken(btf, `type ${owner} refers to type ${id}, a ${kind} and no ${kinds[0]}`);
}

function broken(btf: Btf, problem: string): SpoorError {
  return new SpoorError('BTF_INVALID', `${btf.file}: ${problem}`, { details: { file: btf.file } });
}
