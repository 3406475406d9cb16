import type { EventContext } from '../json/line.js';
import { bigintOf, loadContext, storeContext } from './header.js';
import { isObject, parseJson, wrongType } from './json.js';

/**
 * Events that were dropped where it stands, by event kind and reason: `{ open: { 'ring-full': 12 }
 * }`.
 */
export interface DropsMarker {
  readonly kind: 'drops';
  /** CLOCK_BOOTTIME at which the counters were read. */
  readonly timeNs: bigint;
  readonly drops: Readonly<Record<string, Readonly<Record<string, number>>>>;
}

/**
 * Something is missing here that nobody counted: a damaged block, a reader that was resynchronised.
 */
export interface GapMarker {
  readonly kind: 'gap';
  readonly reason: string;
  /** The position in the file or the ring, in bytes. */
  readonly position: bigint;
  /** How many, where it is known. */
  readonly records?: number;
}

/** An item between events: in a recording, and in the output of a live trace. */
export type RecordingMarker = (DropsMarker | GapMarker) & { toJSON(): MarkerLine };

/** The line of a marker in JSON output. */
export type MarkerLine =
  | { event: 'drops'; ktimeNs: string; drops: DropsMarker['drops'] }
  | { event: 'gap'; reason: string; position: string; records?: number };

/**
 * Returns a marker with a `toJSON` method, so that it can be printed like an event.
 *
 * @example
 * ```ts
 * const dropped = marker({ kind: 'drops', timeNs: 0n, drops: { open: { 'ring-full': 12 } } });
 * console.log(jsonLine(dropped)); // {"event":"drops","ktimeNs":"0","drops":{"open":…}}
 * ```
 */
export function marker(content: DropsMarker | GapMarker): RecordingMarker {
  return Object.defineProperty({ ...content }, 'toJSON', {
    value: () => markerLine(content),
  }) as RecordingMarker;
}

function markerLine(content: DropsMarker | GapMarker): MarkerLine {
  if (content.kind === 'drops')
    return { event: 'drops', ktimeNs: String(content.timeNs), drops: content.drops };
  const { reason, position, records } = content;
  return { event: 'gap', reason, position: String(position), ...(records !== undefined && { records }) };
}

/** From here on lines say something else: the policy was changed, the clock was set. */
export interface ContextMarker {
  readonly kind: 'context';
  readonly context: EventContext;
}

export function encodeMarker(content: DropsMarker | GapMarker | ContextMarker): Uint8Array {
  const stored =
    content.kind === 'context' ? { ...content, context: storeContext(content.context) } : { ...content };
  return Buffer.from(
    JSON.stringify(stored, (_, value) => (typeof value === 'bigint' ? String(value) : value)),
  );
}

/**
 * `undefined` for a kind of marker that this version does not know.
 *
 * @param kinds the events that the recording knows
 * @throws TypeError for what is not JSON, and for a field of another type
 */
export function decodeMarker(
  bytes: Uint8Array,
  kinds: Readonly<Record<string, number>>,
): RecordingMarker | ContextMarker | undefined {
  const value = parseJson(bytes);
  if (!isObject(value)) throw wrongType('it', value, 'an object');
  const { kind, timeNs, drops, reason, position, records, context } = value;
  switch (kind) {
    case 'drops':
      return marker({ kind, timeNs: bigintOf('timeNs', timeNs), drops: dropsOf(drops, kinds) });
    case 'gap':
      return marker({
        kind,
        reason: reasonOf(reason),
        position: bigintOf('position', position),
        ...(records !== undefined && { records: countOf('records', records) }),
      });
    case 'context':
      return { kind, context: loadContext(context) };
    default:
      if (typeof kind !== 'string') throw wrongType('kind', kind, 'a string');
      return undefined;
  }
}

const longestReason = 256;
/** The form of a reason for drops. */
const reasonName = /^[a-z][a-z0-9-]{0,63}$/;

function reasonOf(value: unknown): string {
  if (typeof value !== 'string') throw wrongType('reason', value, 'a string');
  return value.slice(0, longestReason);
}

function countOf(name: string, value: unknown): number {
  if (Number.isSafeInteger(value) && (value as number) >= 0) return value as number;
  throw wrongType(name, value, 'a whole number from 0 on');
}

function dropsOf(value: unknown, kinds: Readonly<Record<string, number>>): DropsMarker['drops'] {
  if (!isObject(value)) throw wrongType('drops', value, 'an object');
  for (const [kind, reasons] of Object.entries(value)) {
    if (!Object.hasOwn(kinds, kind))
      throw new TypeError('drops names an event that the recording does not have');
    if (!isObject(reasons)) throw wrongType(`drops.${kind}`, reasons, 'an object');
    for (const [reason, count] of Object.entries(reasons)) {
      if (!reasonName.test(reason)) throw new TypeError(`drops.${kind} has a reason that is not a name`);
      countOf(`drops.${kind}.${reason}`, count);
    }
  }
  return value as DropsMarker['drops'];
}
