import { builtInKernel, type KernelDefinition } from '@spoor/bpf';
import type { Static } from 'typebox';
import { eventNames } from '../events/fields.js';
import type { KernelOptions } from '../grammar/print.js';
import { filterKinds } from '../kinds/filter-kinds.js';
import { maxScopes, scopeNamePattern } from '../scope.js';

type TypeBox = typeof import('typebox');

/** The schema of a policy file, made with the TypeBox that it is given. */
function policySchema({ Type }: TypeBox, kernel: KernelDefinition) {
  const operator = Type.Enum(['=', '!=', '<', '<=', '>', '>='], {
    description: '= one of the values, != none of them; the others take one number.',
  });
  const values = Type.Array(Type.Union([Type.Integer(), Type.String()]), {
    minItems: 1,
    description:
      'Numbers, ranges ("10-20"), names, or texts, where a star first or last stands for anything.',
  });
  const filter = Type.Object(
    {
      filter: Type.Enum(Object.keys(filterKinds), { description: 'The kind: spoor list filters.' }),
      operator: Type.Optional(operator),
      values: Type.Optional(values),
    },
    { additionalProperties: false, description: 'One condition on a task. A flag has no values.' },
  );
  const condition = Type.Object(
    { field: Type.String({ minLength: 1 }), operator, values },
    { additionalProperties: false, description: 'One condition on a field of the event.' },
  );
  const event = Type.Object(
    { event: Type.Enum([...eventNames(kernel)]), where: Type.Optional(Type.Array(condition)) },
    { additionalProperties: false, description: 'Events of one kind of which all conditions hold.' },
  );
  const scope = Type.Object(
    {
      name: Type.String({
        pattern: scopeNamePattern.source,
        description: 'Stands in every event of the scope.',
      }),
      description: Type.Optional(Type.String()),
      filters: Type.Union([Type.String(), Type.Array(filter)], {
        description: 'All have to hold: a list, or an expression as of --scope without a name.',
      }),
      follow: Type.Optional(Type.Boolean({ description: 'Also what descends from a match.' })),
      events: Type.Optional(
        Type.Array(Type.Union([Type.String(), event]), {
          description:
            'The events that it takes, all when absent: names, expressions like open.path=/etc/*, or objects.',
        }),
      ),
    },
    { additionalProperties: false },
  );
  return Type.Object(
    {
      $schema: Type.Optional(Type.String()),
      description: Type.Optional(Type.String()),
      scopes: Type.Array(scope, { minItems: 1, maxItems: maxScopes }),
    },
    {
      additionalProperties: false,
      title: 'Spoor policy',
      description: 'Named scopes and the events that they take.',
    },
  );
}

/** A policy file that fits the schema, before its values are read. */
export type PolicyFile = Static<ReturnType<typeof policySchema>>;

export type PolicyScope = PolicyFile['scopes'][number];

/** Words that may stand in an object of a policy file, for suggestions. */
export const policyWords = [
  'scopes',
  'description',
  'name',
  'filters',
  'follow',
  'events',
  'filter',
  'operator',
  'values',
  'event',
  'where',
  'field',
];

/**
 * Returns the JSON Schema of policy files, for editors and other programs. The caller owns it.
 *
 * @example
 * ```ts
 * console.log(JSON.stringify(await policyJsonSchema()));
 * ```
 */
export async function policyJsonSchema({ kernel = builtInKernel }: KernelOptions = {}): Promise<object> {
  return JSON.parse(JSON.stringify(policySchema(await import('typebox'), kernel))) as object;
}

type Validator = import('typebox/compile').Validator;

const compiled = new WeakMap<KernelDefinition, Promise<Validator>>();

/**
 * The compiled validator. TypeBox is loaded when the first policy is read and not before: it would
 * cost every program that only filters a tenth of a second at its start.
 */
export function policyValidator(kernel: KernelDefinition): Promise<Validator> {
  const validator =
    compiled.get(kernel) ??
    Promise.all([import('typebox'), import('typebox/compile')]).then(([typebox, { Compile }]) =>
      Compile(policySchema(typebox, kernel)),
    );
  compiled.set(kernel, validator);
  return validator;
}
