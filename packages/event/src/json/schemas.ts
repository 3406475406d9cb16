/**
 * JSON Schema of the lines of JSON output, one per event kind, and of lines that are not events.
 * The entry `@spoor/event/schemas`.
 */
import { eventFlagNames, originNames } from '@spoor/bpf/enums';
import {
  type DataField,
  declarationOf,
  type EventKind,
  type JsonSchema,
  processIdSchema,
  u32Schema,
  u64Schema,
} from '@spoor/bpf/events';
import { eventFlagTexts } from '../names/event-flags.js';
import { eventLayouts } from '../view/generated-layouts.js';
import type { EventShape } from '../view/layouts.js';
import { eventShapes } from '../view/shapes.js';
import { dataFields } from './data.js';

export { eventFlagTexts, qualifyingFlags, truncatedText } from '../names/event-flags.js';
export { untracedCalls } from '../names/untraced.js';

const flagsText = Object.entries(eventFlagTexts)
  .map(([name, meaning]) => `${name}: ${meaning}`)
  .join(' ');

const draft = 'https://json-schema.org/draft/2020-12/schema';
const text: JsonSchema = { type: 'string' };
const hexText: JsonSchema = { type: 'string', pattern: '^([0-9a-f]{2})*$' };
const rawText = described(hexText, 'The bytes, since they are not UTF-8: hexadecimal.');
const texts: JsonSchema = { type: 'array', items: text };
const timeText: JsonSchema = {
  type: 'string',
  pattern: '^-?\\d{4,6}-\\d\\d-\\d\\dT\\d\\d:\\d\\d:\\d\\d\\.\\d{9}Z$',
};
const count: JsonSchema = { type: 'integer', minimum: 1 };

/**
 * The JSON Schema of each line that there can be, by `event`.
 *
 * @example
 * ```ts
 * const { data } = eventSchemas.open.properties;
 * ```
 */
export const eventSchemas: Readonly<
  Record<EventKind | 'malformed' | 'drops' | 'gap' | 'machine', ObjectSchema>
> = {
  ...(Object.fromEntries(eventShapes(eventLayouts).map((shape) => [shape.kind, lineSchema(shape)])) as Record<
    EventKind,
    ObjectSchema
  >),
  malformed: {
    $schema: draft,
    title: 'malformed record',
    ...object({
      event: { const: 'malformed' },
      reason: described(text, 'What is wrong with the record.'),
      position: described(u64Schema, 'Where the record was: bytes.'),
      bytes: described(hexText, 'The record, in hexadecimal.'),
    }),
  },
  drops: {
    $schema: draft,
    title: 'dropped events',
    ...object({
      event: { const: 'drops' },
      ktimeNs: described(u64Schema, 'CLOCK_BOOTTIME at which they were counted.'),
      drops: {
        type: 'object',
        additionalProperties: { type: 'object', additionalProperties: count },
        description: 'By event kind and reason, how many events were dropped before this line.',
      },
    }),
  },
  machine: {
    $schema: draft,
    title: 'machine and trace',
    ...object({
      event: { const: 'machine' },
      time: orNull(timeText, 'Start of the trace'),
      host: orNull(text, 'Name of the machine'),
      bootId: orNull(text, 'The boot that processId is made of'),
      kernel: orNull(text, 'Release of the kernel'),
      architecture: orNull(text, 'x64 or arm64'),
      spoor: orNull(text, 'Version of spoor'),
      command: orNull(texts, 'The command that was traced, and null without a command'),
      scopes: orNull(texts, 'The expressions of the scopes, each with its name'),
      events: orNull(texts, 'The event kinds that are shown'),
      untraced: orNull(texts, 'The event kinds that are not shown'),
    }),
  },
  gap: {
    $schema: draft,
    title: 'something missing',
    ...object(
      {
        event: { const: 'gap' },
        reason: text,
        position: described(u64Schema, 'Where: bytes.'),
        records: { type: 'integer', minimum: 0, description: 'How many, where it is known.' },
      },
      ['records'],
    ),
  },
};

function orNull(schema: JsonSchema, description: string): JsonSchema {
  return described({ anyOf: [schema, { type: 'null' }] }, `${description}; null if it is not known.`);
}

/** JSON Schema of an object without other keys: a misspelt key must not pass. */
export interface ObjectSchema extends JsonSchema {
  readonly type: 'object';
  readonly properties: Readonly<Record<string, JsonSchema>>;
  readonly required: readonly string[];
  readonly additionalProperties: false;
}

function object(
  properties: Readonly<Record<string, JsonSchema>>,
  optional: readonly string[] = [],
): ObjectSchema {
  const required = Object.keys(properties).filter((name) => !optional.includes(name));
  return { type: 'object', properties, required, additionalProperties: false };
}

function described(schema: JsonSchema, description: string): JsonSchema {
  return { ...schema, description };
}

function lineSchema(shape: EventShape): ObjectSchema {
  const { summary, notes } = declarationOf(shape.kind) ?? {};
  const properties: Record<string, JsonSchema> = {
    event: { const: shape.kind },
    time: {
      anyOf: [timeText, { type: 'null' }],
      description: 'RFC 3339 in UTC, with nanoseconds; null when the clock of the machine is not known.',
    },
    ktimeNs: described(u64Schema, 'CLOCK_BOOTTIME.'),
    cpu: described(u32Schema, 'Where it happened.'),
    tgid: described(u32Schema, 'Process, in the initial namespace.'),
    tid: described(u32Schema, 'Thread, in the initial namespace.'),
    ppid: described(u32Schema, 'Parent process, in the initial namespace.'),
    uid: described(u32Schema, 'User, in the initial namespace.'),
    comm: described(text, 'Name of the task.'),
    commRaw: rawText,
    exe: described(text, 'Binary of the process, as the kernel resolved it; empty for a kernel thread.'),
    exeRaw: rawText,
    exeTruncated: { const: true },
    cgroupId: described(
      u64Schema,
      'Cgroup of the task in the unified hierarchy: the inode number of its directory.',
    ),
    container: described(
      text,
      'Id of the container that the task is in, or its name where the runtime gives no id.',
    ),
    containerRaw: rawText,
    containerTruncated: { const: true },
    startTimeNs: described(
      u64Schema,
      'Start of the process, CLOCK_BOOTTIME: with tgid, its identity on this machine.',
    ),
    processId: described(
      processIdSchema,
      'Identity of the process on all machines: the first 64 bits of the SHA-256 of BOOT_ID:TGID:START_TIME_NS. Missing when the boot id is not known.',
    ),
    parentProcessId: described(
      processIdSchema,
      'Identity of the parent process, the one with the id ppid. Missing when there is none, or the boot id is not known.',
    ),
    scopes: { type: 'array', items: text, description: 'The scopes that matched.' },
    origin: {
      enum: [...Object.values(originNames), 'unknown'],
      description: 'Where the record of the process came from.',
    },
    flags: { type: 'array', items: { enum: Object.values(eventFlagNames), description: flagsText } },
    data: dataSchema(dataFields(shape)),
  };
  return {
    $schema: draft,
    title: `${shape.kind} event`,
    ...(summary === undefined ? {} : { description: summary }),
    ...(notes === undefined ? {} : { $comment: notes.join('\n') }),
    ...object(properties, [
      'processId',
      'parentProcessId',
      'commRaw',
      'exeRaw',
      'exeTruncated',
      'container',
      'containerRaw',
      'containerTruncated',
    ]),
  };
}

function dataSchema(fields: readonly (readonly [string, DataField])[]): ObjectSchema {
  const properties: Record<string, JsonSchema> = {};
  const optional: string[] = [];
  for (const [name, field] of fields) {
    const { form, schema, description } = field;
    properties[name] = description === '' ? schema : described(schema, description);
    if (field.when !== undefined || field.optional || field.ifRecorded) optional.push(name);
    const notes: Record<string, JsonSchema> = {};
    if (form.type === 'list') notes[`${name}Raw`] = { type: 'array', items: rawText };
    else if (isText(field)) notes[`${name}Raw`] = rawText;
    if (isText(field) && form.type !== 'chars') notes[`${name}Truncated`] = { const: true };
    Object.assign(properties, notes);
    optional.push(...Object.keys(notes));
  }
  return object(properties, optional);
}

/** Returns true if a field has the entries of a text beside it. */
function isText({ form }: DataField): boolean {
  return (
    form.type === 'text' || form.type === 'chars' || (form.type === 'address' && form.path !== undefined)
  );
}
