import { SpoorError } from '@spoor/core';
import type { KernelMap, LoadedObject } from '@spoor/object';
import { RingWakeup } from '@spoor/object/system';
import { defaultPace, type PaceOptions, type Wakeup } from '@spoor/ring';
import type { KernelConfiguration } from './kernel-options.js';

export interface WokenReader {
  readonly object: LoadedObject;
  readonly rings: readonly KernelMap[];
  /** Called with each wake-up, which has to be closed before the object. */
  readonly onOpen: (wakeup: RingWakeup) => void;
}

/** Returns how the reader of a trace waits. The programs were loaded for it. */
export function readerPace(
  { options, wakesReader, readerSleeps }: KernelConfiguration,
  reader: WokenReader,
): PaceOptions {
  const { maxLatencyMs } = options;
  // Checked again: another trace may have taken the thread since the load.
  const wakeup = wakesReader && RingWakeup.possible ? newWakeup(reader) : undefined;
  const sleep = readerSleeps ? sleepOf(reader, wakeup) : undefined;
  if (maxLatencyMs === undefined) return { sleep };
  // Only a reader that is woken may wait longer.
  const delayMs = wakeup === undefined ? Math.min(maxLatencyMs, defaultPace.delayMs) : maxLatencyMs;
  return { delayMs, idleDelayMs: delayMs, wakeup, sleep };
}

/** Takes the thread for the first sleep. A trace that ends before does not need it. */
function sleepOf(reader: WokenReader, taken: RingWakeup | undefined): () => Wakeup | undefined {
  let wakeup = taken;
  let asleep: Int32Array | undefined;
  return () => {
    try {
      wakeup ??= newWakeup(reader);
    } catch (error) {
      // No thread or descriptor is free.
      if (error instanceof SpoorError) return undefined;
      throw error;
    }
    asleep ??= wordOf(reader.object.globals.view('reader_asleep'));
    // The reader looks at the rings after this. A program reads the word after it wrote a record.
    // So one of the two sees the other.
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
