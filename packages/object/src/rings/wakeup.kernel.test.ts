import { readdirSync, readlinkSync } from 'node:fs';
import { afterEach, expect, it, vi } from 'vitest';
import { compileFixture } from '../../test/compile.js';
import { type LoadedObject, openObject } from '../index.js';
import { RingWakeup } from './wakeup.js';

const recordsOfOne = 8;
const forceWakeup = 2n;

afterEach(() => {
  vi.unstubAllEnvs();
});

function flood(): LoadedObject {
  using opened = openObject(compileFixture('flood', [`RECORDS_A_RUN=${recordsOfOne}`]));
  return opened.load();
}

function run(object: LoadedObject, wakeup?: bigint): void {
  if (wakeup !== undefined) object.globals.write('wakeup', wakeup);
  object.program('flood').testRun({ context: new Uint8Array(8) });
}

/** Descriptors of this process that are waited with. */
function waitedWith(): number {
  const names = readdirSync('/proc/self/fd').map((fd) => {
    try {
      return readlinkSync(`/proc/self/fd/${fd}`);
    } catch {
      return '';
    }
  });
  return names.filter((name) => /eventpoll|eventfd/.test(name)).length;
}

it('is woken by a program that wakes, of any of its rings, and not by what lies in one', async () => {
  using object = flood();
  object.globals.write('both', 1);
  using wakeup = new RingWakeup([object.map('first'), object.map('second')]);
  run(object);
  expect(await wakeup.wait(0)).toBe(false);
  run(object, forceWakeup);
  expect(await wakeup.wait(0)).toBe(true);
  expect(await wakeup.wait(0)).toBe(false);
  const waiting = wakeup.wait();
  run(object);
  expect(await waiting).toBe(true);
});

it('ends a wait when it is closed, and leaves no descriptor', async () => {
  const before = waitedWith();
  using object = flood();
  const wakeup = new RingWakeup([object.map('first')]);
  expect(waitedWith()).toBe(before + 2);
  const waiting = wakeup.wait();
  wakeup.close();
  wakeup.close();
  expect(await waiting).toBe(false);
  expect(await wakeup.wait()).toBe(false);
  expect(waitedWith()).toBe(before);
  new RingWakeup([object.map('first')]).close();
  expect(waitedWith()).toBe(before);
});

it.each(['1', '0', 'many'])('leaves a thread to others: none where UV_THREADPOOL_SIZE is %s', (threads) => {
  using object = flood();
  expect(RingWakeup.possible).toBe(true);
  vi.stubEnv('UV_THREADPOOL_SIZE', threads);
  expect(RingWakeup.possible).toBe(false);
  expect(() => new RingWakeup([object.map('first')])).toThrow(
    expect.objectContaining({ code: 'UNSUPPORTED' }),
  );
});

it('takes as many threads as leave one', () => {
  using object = flood();
  vi.stubEnv('UV_THREADPOOL_SIZE', '3');
  using _first = new RingWakeup([object.map('first')]);
  using second = new RingWakeup([object.map('first')]);
  expect(RingWakeup.possible).toBe(false);
  second.close();
  expect(RingWakeup.possible).toBe(true);
});
