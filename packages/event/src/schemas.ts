/**
 * JSON Schema of the lines of JSON output, one an event kind, and `malformed`. An entry of its own
 * (`@spoor/event/schemas`), since only who asks for schemas should load TypeBox.
 */
import { eventFlagNames, originNames } from '@spoor/bpf';
import { camelCase, type Layout } from '@spoor/btf';
import { type TSchema, Type } from 'typebox';
import { partSchemas } from './events/parts.js';
import { schemas } from './events/presentation.js';
import { eventLayouts } from './generated-layouts.js';
import { type EventField, eventShapes } from './layouts.js';
import { eventFlagTexts } from './names/event-flags.js';
import { presentationOf } from './present.js';
import type { EventKind } from './types.js';

const flagsDescription = Object.entries(eventFlagTexts)
  .map(([name, text]) => `${name}: ${text}`)
  .join(' ');

const draft = 'https://json-schema.org/draft/2020-12/schema';

export { eventFlagTexts, qualifyingFlags, truncatedText } from './names/event-flags.js';
export { untracedCalls } from './names/untraced.js';

/** The JSON Schema of each line that there can be, by `event`; `eventSchemas.open` is that of an open event. */
export const eventSchemas: Readonly<Record<EventKind | 'malformed' | 'drops' | 'gap', TSchema>> = {
  ...(Object.fromEntries(
    eventShapes(eventLayouts).map(({ kind, fields }) => [kind, lineSchema(kind, fields)]),
  ) as Record<EventKind, TSchema>),
  malformed: malformedSchema(),
  drops: Type.Object(
    {
      event: Type.Literal('drops'),
      ktimeNs: schemas.u64(Type, 'CLOCK_BOOTTIME at which they were counted.'),
      drops: Type.Record(Type.String(), Type.Record(Type.String(), Type.Integer({ minimum: 1 })), {
        description: 'By event kind and reason, how many events were dropped before this line.',
      }),
    },
    { $schema: draft, title: 'dropped events', additionalProperties: false },
  ),
  gap: Type.Object(
    {
      event: Type.Literal('gap'),
      reason: Type.String(),
      position: schemas.u64(Type, 'Where: bytes.'),
      records: Type.Optional(Type.Integer({ minimum: 0, description: 'How many, where it is known.' })),
    },
    { $schema: draft, title: 'something missing', additionalProperties: false },
  ),
};

function lineSchema(kind: string, fields: readonly EventField[]): TSchema {
  const presentation = presentationOf(kind);
  const data = presentation?.schema(Type) ?? plainSchema(fields);
  const description = presentation?.summary;
  return Type.Object(
    {
      event: Type.Literal(kind),
      time: Type.Union(
        [Type.String({ pattern: '^-?\\d{4,6}-\\d\\d-\\d\\dT\\d\\d:\\d\\d:\\d\\d\\.\\d{9}Z$' }), Type.Null()],
        {
          description: 'RFC 3339 in UTC, with nanoseconds; null when the clock of the machine is not known.',
        },
      ),
      ktimeNs: schemas.u64(Type, 'CLOCK_BOOTTIME.'),
      cpu: schemas.u32(Type, 'Where it happened.'),
      tgid: schemas.u32(Type, 'Process, in the initial namespace.'),
      tid: schemas.u32(Type, 'Thread, in the initial namespace.'),
      ppid: schemas.u32(Type, 'Parent process, in the initial namespace.'),
      uid: schemas.u32(Type, 'User, in the initial namespace.'),
      ...schemas.chars(Type, 'comm', 'Name of the task.'),
      ...schemas.text(
        Type,
        'exe',
        'Binary of the process, as the kernel resolved it; empty for a kernel thread.',
      ),
      cgroupId: schemas.u64(
        Type,
        'Cgroup of the task in the unified hierarchy: the inode number of its directory.',
      ),
      ...partSchemas.optionalText(
        Type,
        'container',
        'Id of the container that the task is in, or its name where the runtime gives no id.',
      ),
      startTimeNs: schemas.u64(Type, 'Start of the process, CLOCK_BOOTTIME: with tgid, its identity.'),
      scopes: Type.Array(Type.String(), { description: 'The scopes that matched.' }),
      origin: oneOf([...Object.values(originNames), 'unknown'], 'Where the record of the process came from.'),
      flags: Type.Array(oneOf(Object.values(eventFlagNames), flagsDescription)),
      data: closed(data),
    },
    {
      $schema: draft,
      title: `${kind} event`,
      ...(description === undefined ? {} : { description }),
      ...(presentation?.notes === undefined ? {} : { $comment: presentation.notes.join('\n') }),
      additionalProperties: false,
    },
  );
}

/** The schema of data that is shown field by field. */
function plainSchema(fields: readonly EventField[]): TSchema {
  const entries = fields
    .filter(({ role }) => role === 'own')
    .map(({ name, layout, variable }) => {
      if (variable) return schemas.text(Type, name, '');
      return layout.kind === 'chars' ? schemas.chars(Type, name, '') : { [name]: valueSchema(layout) };
    });
  return Type.Object(Object.assign({}, ...entries) as Record<string, TSchema>);
}

function valueSchema(layout: Layout): TSchema {
  switch (layout.kind) {
    case 'int':
    case 'enum':
      return layout.size === 8 ? Type.String({ pattern: '^-?[0-9]{1,20}$' }) : Type.Integer();
    case 'pointer':
      return Type.String({ pattern: '^[0-9]{1,20}$' });
    case 'bool':
      return Type.Boolean();
    case 'chars':
      return Type.String();
    case 'bytes':
    case 'union':
      return Type.String({ pattern: '^([0-9a-f]{2})*$' });
    case 'array':
      return Type.Array(valueSchema(layout.element));
    case 'struct':
      return Type.Object(
        Object.fromEntries(layout.fields.map((field) => [camelCase(field.name), valueSchema(field.layout)])),
      );
  }
}

function malformedSchema(): TSchema {
  return Type.Object(
    {
      event: Type.Literal('malformed'),
      reason: Type.String({ description: 'What is wrong with the record.' }),
      position: schemas.u64(Type, 'Where the record was: bytes.'),
      bytes: Type.String({ pattern: '^([0-9a-f]{2})*$', description: 'The record, in hexadecimal.' }),
    },
    { $schema: draft, title: 'malformed record', additionalProperties: false },
  );
}

/** No key that the schema does not name: a misspelt field must not pass. */
function closed(schema: TSchema): TSchema {
  return { ...schema, additionalProperties: false };
}

function oneOf(names: readonly string[], description: string): TSchema {
  return Type.Enum([...names], { description });
}
