import { SpoorError } from '@spoor/core';
import type { EventContext, ReplacedScopes, ScopeNames } from '../json/line.js';
import { eventLayouts } from '../view/generated-layouts.js';
import type { EventLayouts } from '../view/layouts.js';
import { eventShapes } from '../view/shapes.js';
import { isObject, parseJson, wrongType } from './json.js';

/** The header of a recording, before its first record. */
export interface RecordingHeader {
  readonly format: 1;
  /** The layouts that the records were made with. */
  readonly layouts: EventLayouts;
  /** As at the start; changes are markers. */
  readonly context: EventContext;
  /**
   * Facts of the machine and of the trace that people may want: kernel, host name, command line,
   * policy.
   */
  readonly facts: Readonly<Record<string, unknown>>;
}

/** JSON has no undefined in a list. */
type StoredNames = readonly (string | null)[];

/** JSON has no bigint. */
interface StoredContext {
  readonly clockOffsetNs?: string;
  readonly scopeNames?: StoredNames;
  readonly replacedScopes?: readonly { readonly version: number; readonly names: StoredNames }[];
  readonly architecture?: 'x64' | 'arm64';
  readonly bootId?: string;
}

export function storeContext(context: EventContext): StoredContext {
  return {
    ...(context.clockOffsetNs !== undefined && { clockOffsetNs: String(context.clockOffsetNs) }),
    ...(context.scopeNames !== undefined && { scopeNames: storeNames(context.scopeNames) }),
    ...(context.replacedScopes !== undefined && {
      replacedScopes: context.replacedScopes.map(({ version, names }) => ({
        version,
        names: storeNames(names),
      })),
    }),
    architecture: context.architecture ?? (process.arch === 'arm64' ? 'arm64' : 'x64'),
    ...(context.bootId !== undefined && { bootId: context.bootId }),
  };
}

/**
 * The context in the JSON of a file.
 *
 * @throws TypeError for a field of another type
 */
export function loadContext(value: unknown): EventContext {
  if (value === undefined) return {};
  if (!isObject(value)) throw wrongType('context', value, 'an object');
  const { clockOffsetNs, architecture, scopeNames, replacedScopes, bootId } = value;
  return {
    ...(clockOffsetNs !== undefined && { clockOffsetNs: bigintOf('context.clockOffsetNs', clockOffsetNs) }),
    ...(scopeNames !== undefined && { scopeNames: loadNames('context.scopeNames', scopeNames) }),
    ...(replacedScopes !== undefined && { replacedScopes: loadReplaced(replacedScopes) }),
    architecture: loadArchitecture(architecture),
    ...(bootId !== undefined && { bootId: loadBootId(bootId) }),
  };
}

function loadBootId(value: unknown): string {
  if (typeof value === 'string' && /^[0-9a-f-]{1,64}$/.test(value)) return value;
  throw wrongType('context.bootId', value, 'a boot id');
}

function loadArchitecture(value: unknown): 'x64' | 'arm64' {
  if (value === undefined || value === 'x64') return 'x64';
  if (value === 'arm64') return value;
  throw wrongType('context.architecture', value, 'x64 or arm64');
}

/** An integer of at most 20 digits, which JSON has as a string. */
export function bigintOf(name: string, value: unknown): bigint {
  if (typeof value === 'string' && /^-?\d{1,20}$/.test(value)) return BigInt(value);
  throw wrongType(name, value, 'a whole number in a string');
}

/** Names are printed with every event: longer ones are cut. */
const longestName = 256;

function storeNames(names: ScopeNames): StoredNames {
  return names.map((name) => name ?? null);
}

function loadNames(field: string, value: unknown): ScopeNames {
  if (!Array.isArray(value) || value.length > 64) throw wrongType(field, value, 'an array of 64 at most');
  return value.map((name: unknown, bit) => {
    if (name === null) return undefined;
    if (typeof name !== 'string') throw wrongType(`${field}[${bit}]`, name, 'a string or null');
    return name.length > longestName ? `${name.slice(0, longestName)}…` : name;
  });
}

function loadReplaced(value: unknown): readonly ReplacedScopes[] {
  const field = 'context.replacedScopes';
  if (!Array.isArray(value)) throw wrongType(field, value, 'an array');
  return value.map((set: unknown, index) => {
    const at = `${field}[${index}]`;
    if (!isObject(set)) throw wrongType(at, set, 'an object');
    const { version, names } = set;
    if (!Number.isSafeInteger(version)) throw wrongType(`${at}.version`, version, 'a whole number');
    return { version: version as number, names: loadNames(`${at}.names`, names) };
  });
}

export function encodeHeader({ format, layouts, context, facts }: RecordingHeader): Uint8Array {
  return Buffer.from(JSON.stringify({ format, layouts, context: storeContext(context), facts }));
}

/** @throws SpoorError `RECORDING_INVALID`, with what is wrong */
export function decodeHeader(bytes: Uint8Array, path: string): RecordingHeader {
  try {
    const value = parseJson(bytes);
    if (!isObject(value)) throw wrongType('it', value, 'an object');
    const { format, context, facts } = value;
    if (format !== 1)
      throw typeof format === 'number'
        ? new TypeError(`its format is ${format}, not 1`)
        : wrongType('format', format, 'a number');
    const layouts = layoutsOf(value['layouts']);
    eventShapes(layouts, eventLayouts);
    return { format, layouts, context: loadContext(context), facts: factsOf(facts) };
  } catch (cause) {
    throw new SpoorError(
      'RECORDING_INVALID',
      `${path}: the header cannot be used: ${(cause as Error).message}`,
      {
        remedy: 'A newer version of Spoor may be able to read it.',
        cause,
      },
    );
  }
}

/** @throws TypeError */
export function factsOf(value: unknown): RecordingHeader['facts'] {
  if (value === undefined) return Object.create(null) as RecordingHeader['facts'];
  if (!isObject(value)) throw wrongType('facts', value, 'an object');
  return value;
}

function layoutsOf(value: unknown): EventLayouts {
  if (!isObject(value)) throw wrongType('layouts', value, 'an object');
  const { kinds, origins, flags, events } = value;
  if (!isObject(events)) throw wrongType('layouts.events', events, 'an object');
  return {
    kinds: numbersOf('kinds', kinds),
    origins: numbersOf('origins', origins),
    flags: numbersOf('flags', flags),
    events: events as unknown as EventLayouts['events'],
  };
}

function numbersOf(name: string, value: unknown): Record<string, number> {
  if (!isObject(value)) throw wrongType(`layouts.${name}`, value, 'an object');
  if (Object.values(value).every((number) => Number.isInteger(number)))
    return value as Record<string, number>;
  throw new TypeError(`layouts.${name} has what is not a whole number`);
}
