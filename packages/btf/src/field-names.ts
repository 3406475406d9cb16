import { SpoorError } from '@spoor/core';
import { camelCase } from './camel-case.js';
import { describeLayout, type StructLayout, type UnionLayout } from './layout.js';

/**
 * Returns the JavaScript names of a struct's fields, in order: the camelCase names. Fields whose
 * camelCase names are equal, such as `a_b` and `aB`, keep their names of C.
 *
 * @throws {SpoorError} LAYOUT_UNKNOWN when two fields have one name in C
 *
 * @example
 * ```ts
 * const layout = layoutOf(readObject('trace.bpf.o').btf, 'struct proc_info');
 * if (layout.kind === 'struct') console.log(fieldNames(layout));
 * ```
 */
export function fieldNames(layout: StructLayout | UnionLayout): readonly string[] {
  const names = layout.fields.map(({ name }) => camelCase(name));
  const shared = repeated(names);
  if (shared.size === 0) return names;
  const [twice] = repeated(layout.fields.map(({ name }) => name));
  if (twice !== undefined) {
    throw new SpoorError('LAYOUT_UNKNOWN', `${describeLayout(layout)} has two fields ${twice}`, {
      remedy: 'Compile the object again from its source.',
    });
  }
  return layout.fields.map((field, index) =>
    shared.has(names[index]!) ? plainName(field.name) : names[index]!,
  );
}

/** `__proto__` cannot be assigned as others are. A camelCase name never ends in underscores. */
const plainName = (name: string): string => (name === '__proto__' ? '$__proto__' : name);

function repeated(names: readonly string[]): ReadonlySet<string> {
  const seen = new Set<string>();
  return new Set(names.filter((name) => seen.size === seen.add(name).size));
}
