import { once } from 'node:events';
import { setTimeout as delay, setImmediate as turn } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import type { RingData } from './memory.js';
import { RingPoller } from './poller.js';
import { RingReader } from './reader.js';
import { RingStream, type RingStreamOptions } from './stream.js';
import { FakeRing } from './testing.js';

const text = (value: string) => new TextEncoder().encode(value);
const take = ({ u8 }: RingData, offset: number, length: number) =>
  Buffer.from(u8.subarray(offset, offset + length)).toString();

function source(options: Partial<RingStreamOptions<string>> = {}) {
  const ring = new FakeRing();
  const reader = new RingReader(ring);
  return { ring, reader, source: new RingStream(reader, { take, delayMs: 1, idleDelayMs: 1, ...options }) };
}

describe('RingPoller', () => {
  it('hands out what comes, and at close what is left', async () => {
    const ring = new FakeRing();
    const seen: string[] = [];
    let more = () => {};
    const poller = new RingPoller(
      new RingReader(ring),
      (data, offset, length) => {
        seen.push(take(data, offset, length));
        more();
      },
      { delayMs: 1 },
    );
    ring.submit(text('a'));
    await new Promise<void>((resolve) => {
      more = resolve;
    });
    ring.submit(text('b'));
    expect(poller.close()).toBe(1);
    expect(seen).toEqual(['a', 'b']);
  });

  it('can be closed by its own handler, which gets the rest first', async () => {
    const ring = new FakeRing();
    const seen: string[] = [];
    for (const value of ['a', 'b', 'c']) ring.submit(text(value));
    await new Promise<void>((resolve) => {
      const poller = new RingPoller(new RingReader(ring), (data, offset, length) => {
        seen.push(take(data, offset, length));
        if (seen.length > 1) return;
        poller.close();
        resolve();
      });
    });
    expect(seen).toEqual(['a', 'b', 'c']);
  });

  it.each([
    ['throws', () => expect.fail('broken output'), { message: 'broken output' }],
    ['rejects', () => Promise.reject(new Error('broken output')), { message: 'broken output' }],
    ['returns no promise', () => 5 as never, { code: 'INVALID_VALUE', message: /type number/ }],
  ])('stops and reports the error if the pause %s', async (_, pause, error) => {
    const ring = new FakeRing();
    const seen: string[] = [];
    ring.submit(text('a'));
    let poller: RingPoller | undefined;
    const reported = await new Promise((resolve) => {
      poller = new RingPoller(new RingReader(ring), (...record) => seen.push(take(...record)), {
        delayMs: 1,
        pause,
        onPauseError: resolve,
      });
    });
    expect(reported).toMatchObject({ ...error, message: expect.stringMatching(error.message) });
    ring.submit(text('b'));
    await delay(20);
    expect(seen).toEqual(['a']);
    expect(poller?.close()).toBe(1);
  });

  it('looks no further until the pause that was asked for is over', async () => {
    const ring = new FakeRing();
    const seen: string[] = [];
    let goOn: (() => void) | undefined;
    const poller = new RingPoller(new RingReader(ring), (...record) => seen.push(take(...record)), {
      delayMs: 1,
      pause: () => {
        if (seen.length !== 1) return undefined;
        return new Promise<void>((resolve) => {
          goOn = resolve;
        });
      },
    });
    ring.submit(text('a'));
    while (goOn === undefined) await delay(1);
    ring.submit(text('b'));
    for (let count = 0; count < 5; count++) await delay(2);
    expect(seen).toEqual(['a']);
    goOn();
    while (seen.length < 2) await delay(1);
    poller.stop();
    ring.submit(text('c'));
    expect(poller.close()).toBe(1);
    expect(seen).toEqual(['a', 'b', 'c']);
  });

  it('tells a fault once and looks no more after stop', async () => {
    const ring = new FakeRing();
    ring.submit(text('a'));
    new Int32Array(ring.data)[0] = 4000;
    const faults: string[] = [];
    const poller = new RingPoller(new RingReader(ring), () => {}, {
      delayMs: 1,
      onFault: ({ reason }) => faults.push(reason),
    });
    while (faults.length === 0) await turn();
    await delay(5);
    poller.stop();
    expect(faults).toEqual(['record-beyond-producer']);
  });
});

describe('RingStream', () => {
  it('keeps the process alive while it waits, unless it is told not to', () => {
    const timers = () =>
      process.getActiveResourcesInfo().filter((name) => /Timeout|Immediate/.test(name)).length;
    const before = timers();
    const { source: events } = source({ delayMs: 1000, idleDelayMs: 1000 });
    const next = events.next();
    expect(timers()).toBe(before + 1);
    events.unref();
    expect(timers()).toBe(before);
    events.ref();
    expect(timers()).toBe(before + 1);
    events.close();
    expect(timers()).toBe(before);
    return expect(next).resolves.toEqual({ done: true, value: undefined });
  });

  it('is iterated while records come, and ends after close with what was submitted before', async () => {
    const { ring, reader, source: events } = source();
    const seen: string[] = [];
    ring.submit(text('1'));
    for await (const value of events) {
      seen.push(value);
      if (value === '3') ring.submit(text('last'));
      if (value === '3') events.close();
      else if (value !== 'last') setTimeout(() => ring.submit(text(String(Number(value) + 1))), 3);
    }
    expect(seen).toEqual(['1', '2', '3', 'last']);
    expect(reader.closed).toBe(true);
    expect(events.abandoned).toBe(0);
  });

  it('takes only as much as is asked for: the rest stays in the ring', async () => {
    const { ring, reader, source: events } = source({ highWaterMark: 4 });
    for (let index = 0; index < 10; index++) ring.submit(text(String(index)));
    expect(reader.records).toBe(0);
    expect(await events.next()).toEqual({ done: false, value: '0' });
    expect(reader.records).toBe(4);
    await turn();
    await turn();
    expect(reader.records).toBe(4);
  });

  it('lets the event loop have its turn between refills', async () => {
    const { ring, source: events } = source({ highWaterMark: 2 });
    for (let index = 0; index < 10; index++) ring.submit(text(String(index)));
    let turns = 0;
    const count = () => {
      turns++;
      immediate = setImmediate(count);
    };
    let immediate = setImmediate(count);
    for (let index = 0; index < 10; index++) await events.next();
    clearImmediate(immediate);
    expect(turns).toBeGreaterThanOrEqual(4);
    events.close();
  });

  it('ends at once when broken off, and counts what it had taken', async () => {
    const { ring, reader, source: events } = source();
    for (const value of ['a', 'b', 'c']) ring.submit(text(value));
    for await (const _ of events) break;
    expect(events.abandoned).toBe(2);
    expect(await events.next()).toEqual({ done: true, value: undefined });
    expect(reader.closed).toBe(false);
    events.close();
    expect(reader.closed).toBe(true);
  });

  it('ends when its signal aborts: before, while it waits, and with values in hand', async () => {
    const aborted = source({ signal: AbortSignal.abort() });
    expect((await aborted.source.next()).done).toBe(true);

    const controller = new AbortController();
    const waiting = source({ signal: controller.signal });
    const nexts = [waiting.source.next(), waiting.source.next()];
    controller.abort();
    expect(await Promise.all(nexts)).toEqual([
      { done: true, value: undefined },
      { done: true, value: undefined },
    ]);
  });

  it('shares values out in the order of the calls', async () => {
    const { ring, source: events } = source();
    const nexts = [events.next(), events.next(), events.next()];
    for (const value of ['a', 'b', 'c']) ring.submit(text(value));
    expect((await Promise.all(nexts)).map(({ value }) => value)).toEqual(['a', 'b', 'c']);
    events.close();
  });

  it('leaves out what take leaves out, and gives what it throws to who asked', async () => {
    const { ring, source: events } = source({
      take: (data, offset, length) => {
        const value = take(data, offset, length);
        if (value === 'bad') throw new Error('take');
        return value === 'skip' ? undefined : value;
      },
    });
    for (const value of ['skip', 'bad', 'good']) ring.submit(text(value));
    await expect(events.next()).rejects.toThrow('take');
    expect((await events.next()).value).toBe('good');
    events.close();
  });

  it('ends with an error when the ring contradicts itself, after the values before', async () => {
    const { ring, source: events } = source();
    ring.submit(text('a'));
    ring.submit(text('b'));
    new Int32Array(ring.data)[16 >> 2] = 4000;
    expect((await events.next()).value).toBe('a');
    await expect(events.next()).rejects.toMatchObject({ code: 'RECORD_MALFORMED' });
    expect((await events.next()).done).toBe(true);
  });

  it('is a readable stream that pulls, and that ends the source when destroyed', async () => {
    const { ring, reader, source: events } = source({ highWaterMark: 2 });
    for (let index = 0; index < 20; index++) ring.submit(text(String(index)));
    const stream = events.readable();
    await once(stream, 'readable');
    expect(stream.read()).toBe('0');
    await turn();
    expect(reader.records).toBeLessThanOrEqual(6);
    stream.destroy();
    await once(stream, 'close');
    expect((await events.next()).done).toBe(true);
  });

  it('flows through a stream in order', async () => {
    const { ring, source: events } = source();
    for (let index = 0; index < 100; index++) ring.submit(text(String(index)));
    const seen: string[] = [];
    for await (const value of events.readable()) {
      seen.push(value as string);
      if (seen.length === 100) events.close();
    }
    expect(seen).toEqual(Array.from({ length: 100 }, (_, index) => String(index)));
  });
});
