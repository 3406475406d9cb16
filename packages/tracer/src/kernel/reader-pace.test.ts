import { afterEach, expect, it, vi } from 'vitest';
import type { KernelConfiguration } from './kernel-options.js';
import { readerPace, type WokenReader } from './reader-pace.js';

afterEach(() => {
  vi.unstubAllEnvs();
});

/** A reader without rings, the memory of `reader_asleep`, and the number of wake-ups. */
function pretendedReader() {
  const asleep = new DataView(new ArrayBuffer(8), 4, 4);
  const globals = { view: (name: string) => (name === 'reader_asleep' ? asleep : undefined) };
  const onOpen = vi.fn();
  return { asleep, onOpen, reader: { object: { globals }, rings: [], onOpen } as unknown as WokenReader };
}

function configured(parts: Partial<KernelConfiguration> & { maxLatencyMs?: number }): KernelConfiguration {
  const { maxLatencyMs, ...rest } = parts;
  return {
    options: { maxLatencyMs },
    wakesReader: false,
    readerSleeps: false,
    ...rest,
  } as KernelConfiguration;
}

it('looks by time by default', () => {
  const { reader, onOpen } = pretendedReader();
  expect(readerPace(configured({}), reader)).toEqual({});
  expect(readerPace(configured({ maxLatencyMs: 7 }), reader)).toMatchObject({ delayMs: 7, idleDelayMs: 7 });
  expect(readerPace(configured({ maxLatencyMs: 250 }), reader)).toMatchObject({
    delayMs: 40,
    idleDelayMs: 40,
  });
  expect(onOpen).not.toHaveBeenCalled();
});

it('takes one thread for the first sleep, and lets the next record wake it', () => {
  const { reader, onOpen, asleep } = pretendedReader();
  const { sleep } = readerPace(configured({ readerSleeps: true }), reader);
  expect(onOpen).not.toHaveBeenCalled();
  const wakeup = sleep!();
  expect(onOpen).toHaveBeenCalledExactlyOnceWith(wakeup);
  expect(asleep.getInt32(0, true)).toBe(1);
  asleep.setInt32(0, 0, true);
  expect(sleep!()).toBe(wakeup);
  expect(asleep.getInt32(0, true)).toBe(1);
  expect(onOpen).toHaveBeenCalledTimes(1);
  wakeup!.close();
});

it('sleeps with the thread that it already has', () => {
  const { reader, onOpen } = pretendedReader();
  const { wakeup, sleep, delayMs } = readerPace(
    configured({ maxLatencyMs: 250, wakesReader: true, readerSleeps: true }),
    reader,
  );
  expect(delayMs).toBe(250);
  expect(sleep!()).toBe(wakeup);
  expect(onOpen).toHaveBeenCalledTimes(1);
  wakeup!.close();
});

it('does not sleep without a free thread', () => {
  const { reader, onOpen, asleep } = pretendedReader();
  const { sleep } = readerPace(configured({ readerSleeps: true }), reader);
  vi.stubEnv('UV_THREADPOOL_SIZE', '1');
  expect(sleep!()).toBeUndefined();
  expect(asleep.getInt32(0, true)).toBe(0);
  expect(onOpen).not.toHaveBeenCalled();
});
