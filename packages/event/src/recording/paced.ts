import { setTimeout as delay } from 'node:timers/promises';
import type { Event, MalformedEvent } from '../view/types.js';
import type { RecordingMarker } from './marker.js';

export interface PacedOptions {
  /** 1: as fast as it happened; 2: twice as fast. Default: 1. */
  readonly speed?: number;
  /** Ends the replay, without an error. */
  readonly signal?: AbortSignal;
}

/** Shorter waits than a timer can keep are not waited for: the next event makes up for them. */
const least = 1;

/** Milliseconds of the longest timer that Node.js has. */
const longest = 2 ** 31 - 1;

/**
 * Replays a recording at the speed at which the events happened, or a multiple of it. An item
 * without a time, such as a malformed event, comes right after the item before it.
 *
 * @example
 * ```ts
 * for await (const event of paced(recording, { speed: 10 })) console.log(jsonLine(event));
 * ```
 */
export async function* paced(
  recording: AsyncIterable<Event | MalformedEvent | RecordingMarker>,
  { speed = 1, signal }: PacedOptions = {},
): AsyncGenerator<Event | MalformedEvent | RecordingMarker, void> {
  const started = performance.now();
  let first: bigint | undefined;
  for await (const event of recording) {
    if ('timeNs' in event) {
      first ??= event.timeNs;
      const due = started + Number(event.timeNs - first) / 1e6 / speed;
      if (!(await waitUntil(due, signal))) return;
    }
    if (signal?.aborted) return;
    yield event;
  }
}

/** False when the signal aborted. */
async function waitUntil(due: number, signal: AbortSignal | undefined): Promise<boolean> {
  try {
    for (let wait = due - performance.now(); wait >= least; wait = due - performance.now())
      await delay(Math.min(wait, longest), undefined, { signal });
    return true;
  } catch (error) {
    if (signal?.aborted) return false;
    throw error;
  }
}
