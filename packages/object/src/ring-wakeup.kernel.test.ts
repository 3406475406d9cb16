import { readdirSync, readlinkSync } from 'node:fs';
import { afterEach, expect, it } from 'vitest';
import { compileFixture } from '../test/compile.js';
import { type LoadedObject, openObject, RingWakeup } from './index.js';

const recordsOfOne = 8;
const forceWakeup = 2n;

const loaded: Disposable[] = [];
afterEach(() => {
  for (const resource of loaded.splice(0).reverse()) resource[Symbol.dispose]();
});

function keep<T extends Disposable>(resource: T): T {
  loaded.push(resource);
  return resource;
}

function flood(): LoadedObject {
  return keep(keep(openObject(compileFixture('flood', [`RECORDS_A_RUN=${recordsOfOne}`]))).load());
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
  const object = flood();
  object.globals.write('both', 1);
  const wakeup = keep(new RingWakeup([object.map('first'), object.map('second')]));
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
  const object = flood();
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
