import { SpoorError } from '@spoor/core';
import { type KernelMap, type LoadedObject, RingWakeup } from '@spoor/object';
import { defaultPace, type PaceOptions, type Wakeup } from '@spoor/ring';
import type { KernelConfiguration } from './load-kernel-side.js';

export interface WokenReader {
  readonly object: LoadedObject;
  readonly rings: readonly KernelMap[];
  /** Told of what is to be closed before the object. */
  readonly onOpen: (wakeup: RingWakeup) => void;
}

/** How the reader of a trace waits, as its programs were loaded for it. */
export function readerPace(
  { options, wakesReader, readerSleeps }: KernelConfiguration,
  reader: WokenReader,
): PaceOptions {
  const { maxLatencyMs } = options;
  // Asked again: another trace may have taken the thread meanwhile.
  const wakeup = wakesReader && RingWakeup.possible ? newWakeup(reader) : undefined;
  const sleep = readerSleeps ? sleepOf(reader, wakeup) : undefined;
  if (maxLatencyMs === undefined) return { sleep };
  // Only who is woken may look seldom.
  const delayMs = wakeup === undefined ? Math.min(maxLatencyMs, defaultPace.delayMs) : maxLatencyMs;
  return { delayMs, idleDelayMs: delayMs, wakeup, sleep };
}

/** The thread is taken with the first sleep, if it is not yet: a trace that has ended before needs none. */
function sleepOf(reader: WokenReader, taken: RingWakeup | undefined): () => Wakeup | undefined {
  let wakeup = taken;
  let asleep: Int32Array | undefined;
  return () => {
    try {
      wakeup ??= newWakeup(reader);
    } catch (error) {
      // No thread is left, or no descriptor.
      if (error instanceof SpoorError) return undefined;
      throw error;
    }
    asleep ??= wordOf(reader.object.globals.view('reader_asleep'));
    // In order with the look that follows, as the output of a record is with its program's look at the word.
    Atomics.store(asleep, 0, 1);
    return wakeup;
  };
}

function wordOf({ buffer, byteOffset }: DataView): Int32Array {
  return new Int32Array(buffer, byteOffset, 1);
}

function newWakeup({ rings, onOpen }: WokenReader): RingWakeup {
  const wakeup = new RingWakeup(rings);
  onOpen(wakeup);
  return wakeup;
}
