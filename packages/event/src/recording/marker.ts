import type { EventContext } from '../line.js';
import { isObject, loadContext, storeContext } from './header.js';

/** Events that were dropped where it stands, by event kind and reason: `{ open: { 'ring-full': 12 } }`. */
export interface DropsMarker {
  readonly kind: 'drops';
  /** CLOCK_BOOTTIME at which the counters were read. */
  readonly timeNs: bigint;
  readonly drops: Readonly<Record<string, Readonly<Record<string, number>>>>;
}

/** Something is missing here that nobody counted: a damaged block, a reader that was resynchronised. */
export interface GapMarker {
  readonly kind: 'gap';
  readonly reason: string;
  /** Where: the file's or the ring's position. Bytes. */
  readonly position: bigint;
  /** How many, where it is known. */
  readonly records?: number;
}

/** What stands between events: in a recording, and in the output of a live trace. */
export type RecordingMarker = (DropsMarker | GapMarker) & { toJSON(): MarkerLine };

/** The line of a marker in JSON output. */
export type MarkerLine =
  | { event: 'drops'; ktimeNs: string; drops: DropsMarker['drops'] }
  | { event: 'gap'; reason: string; position: string; records?: number };

/** A marker that prints itself. */
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

/** `undefined` for a marker that this version does not know, or that is none. */
export function decodeMarker(bytes: Uint8Array): RecordingMarker | ContextMarker | undefined {
  let value: unknown;
  try {
    value = JSON.parse(Buffer.from(bytes).toString());
  } catch {
    return undefined;
  }
  if (!isObject(value)) return undefined;
  switch (value['kind']) {
    case 'drops':
      return marker({ kind: 'drops', timeNs: bigintOf(value['timeNs']), drops: dropsOf(value['drops']) });
    case 'gap': {
      const { records } = value;
      return marker({
        kind: 'gap',
        reason: String(value['reason']),
        position: bigintOf(value['position']),
        ...(typeof records === 'number' && { records }),
      });
    }
    case 'context': {
      const context = loadContext(value['context']);
      return context && { kind: 'context', context };
    }
    default:
      return undefined;
  }
}

function bigintOf(value: unknown): bigint {
  return typeof value === 'string' && /^\d{1,20}$/.test(value) ? BigInt(value) : 0n;
}

function dropsOf(value: unknown): DropsMarker['drops'] {
  if (!isObject(value)) return {};
  const kinds = Object.entries(value).map(([kind, reasons]) => {
    const counts = Object.entries(isObject(reasons) ? reasons : {});
    return [kind, Object.fromEntries(counts.filter(([, count]) => typeof count === 'number'))] as const;
  });
  return Object.fromEntries(kinds) as DropsMarker['drops'];
}
