import { type Event, EventDecoder } from '@spoor/event';
import type { RingData, RingHandler } from '@spoor/ring';
import { offsetOf } from './records.js';

/** Keeps what was read in use. */
const kept = { sum: 0, text: '', object: {} };

function sumOf(event: Event): number {
  return event.cpu + event.tgid + event.tid + event.ppid + event.uid;
}

/** A handler of events, as they are read where nothing watches over their lifetime. */
function ofEvents(handle: (event: Event<'open'>) => void): RingHandler {
  return new EventDecoder({ checkLifetime: false }).handler((event) => {
    if (event.kind === 'open') handle(event);
  });
}

/** Straight from the ring, at the offsets that the layouts have. */
function five(): RingHandler {
  const [cpu, tgid, tid, ppid, uid] = ['cpu', 'tgid', 'tid', 'ppid', 'uid'].map(
    (name) => offsetOf(name) >>> 2,
  );
  return ({ u32 }: RingData, offset: number) => {
    const word = offset >>> 2;
    // As in C: one addition to what is kept, after those of the fields.
    const fields =
      u32[word + cpu!]! + u32[word + tgid!]! + u32[word + tid!]! + u32[word + ppid!]! + u32[word + uid!]!;
    kept.sum = (kept.sum + fields) | 0;
  };
}

/** The ways of reading that are compared, each made anew. */
export const ways = {
  five,
  view: () =>
    ofEvents((event) => {
      kept.sum = (kept.sum + sumOf(event)) | 0;
    }),
  comm: () =>
    ofEvents((event) => {
      kept.sum = (kept.sum + sumOf(event)) | 0;
      kept.text = event.comm;
    }),
  path: () =>
    ofEvents((event) => {
      kept.sum = (kept.sum + sumOf(event) + event.comm.length) | 0;
      kept.text = event.path;
    }),
  object: () =>
    ofEvents((event) => {
      kept.object = event.toObject();
    }),
} as const satisfies Record<string, () => RingHandler>;

export type Way = keyof typeof ways;

export function isWay(name: string): name is Way {
  return Object.hasOwn(ways, name);
}
