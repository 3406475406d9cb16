import { type Event, EventDecoder } from '@spoor/event';
import type { RingHandler } from '@spoor/ring';

/** Keeps V8 from removing reads without a use. */
const kept = { sum: 0, text: '', object: {} };

function sumOf(event: Event): number {
  return event.cpu + event.tgid + event.tid + event.ppid + event.uid;
}

/**
 * A handler of events, as `tracer.each` calls it in production: without a check of their lifetime.
 */
function ofEvents(handle: (event: Event<'open'>) => void): RingHandler {
  return new EventDecoder({ checkLifetime: false }).handler((event) => {
    if (event.kind === 'open') handle(event);
  });
}

/** The ways of reading that are compared. */
export const ways = {
  five: () =>
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
