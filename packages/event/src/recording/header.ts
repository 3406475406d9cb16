import { SpoorError } from '@spoor/btf';
import type { EventLayouts } from '../layouts.js';
import { eventShapes } from '../layouts.js';
import type { EventContext, ReplacedScopes, ScopeNames } from '../line.js';

/** What a recording says of itself before its first record. */
export interface RecordingHeader {
  readonly format: 1;
  /** The layouts that the records were made with. */
  readonly layouts: EventLayouts;
  /** As at the start; changes are markers. */
  readonly context: EventContext;
  /** Facts of the machine and of the trace that people may want: kernel, host name, command line, policy. */
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
  };
}

/** The context that JSON from a file says; `undefined` when it says none. */
export function loadContext(value: unknown): EventContext | undefined {
  if (!isObject(value)) return undefined;
  const { clockOffsetNs, architecture } = value;
  const scopeNames = loadNames(value['scopeNames']);
  const replacedScopes = loadReplaced(value['replacedScopes']);
  return {
    ...(typeof clockOffsetNs === 'string' &&
      /^-?\d{1,20}$/.test(clockOffsetNs) && { clockOffsetNs: BigInt(clockOffsetNs) }),
    ...(scopeNames !== undefined && { scopeNames }),
    ...(replacedScopes !== undefined && { replacedScopes }),
    architecture: architecture === 'arm64' ? 'arm64' : 'x64',
  };
}

function storeNames(names: ScopeNames): StoredNames {
  return names.map((name) => name ?? null);
}

function loadNames(value: unknown): ScopeNames | undefined {
  if (!Array.isArray(value) || value.length > 64) return undefined;
  return value.map((name) => (typeof name === 'string' ? name : undefined));
}

function loadReplaced(value: unknown): readonly ReplacedScopes[] | undefined {
  if (!Array.isArray(value)) return undefined;
  return value.flatMap((set: unknown) => {
    const names = isObject(set) ? loadNames(set['names']) : undefined;
    const version = isObject(set) ? set['version'] : undefined;
    return names !== undefined && typeof version === 'number' ? [{ version, names }] : [];
  });
}

export function encodeHeader({ format, layouts, context, facts }: RecordingHeader): Uint8Array {
  return Buffer.from(JSON.stringify({ format, layouts, context: storeContext(context), facts }));
}

/** Throws `RECORDING_INVALID`, with what is wrong. */
export function decodeHeader(bytes: Uint8Array, path: string): RecordingHeader {
  try {
    const value: unknown = JSON.parse(Buffer.from(bytes).toString());
    if (!isObject(value)) throw new TypeError('it is no object');
    if (value['format'] !== 1) throw new TypeError(`its format is ${JSON.stringify(value['format'])}, not 1`);
    const layouts = layoutsOf(value['layouts']);
    eventShapes(layouts);
    const { facts } = value;
    return {
      format: 1,
      layouts,
      context: loadContext(value['context']) ?? {},
      facts: isObject(facts) ? facts : {},
    };
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

function layoutsOf(value: unknown): EventLayouts {
  if (!isObject(value)) throw new TypeError('it has no layouts');
  const { kinds, origins, flags, events } = value;
  if (!isNumbers(kinds) || !isNumbers(origins) || !isNumbers(flags) || !isObject(events))
    throw new TypeError('its layouts are not those of events');
  return { kinds, origins, flags, events: events as unknown as EventLayouts['events'] };
}

function isNumbers(value: unknown): value is Record<string, number> {
  return isObject(value) && Object.values(value).every((number) => Number.isInteger(number));
}

export function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
