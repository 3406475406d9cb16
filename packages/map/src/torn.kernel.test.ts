import { once } from 'node:events';
import { readlinkSync } from 'node:fs';
import { basename } from 'node:path';
import { Worker } from 'node:worker_threads';
import { openObject } from '@spoor/object';
import { expect, it, onTestFinished } from 'vitest';
import { compileFixture } from '../test/compile.js';
import { buildState, isWhole, type RaceState, statesOf } from '../test/race/race-state.js';

/** Keys that the program overwrites. */
const keys = 8;

/** A thread whose system calls run the program, until it is stopped. */
const caller = `
  const { parentPort, workerData: stop } = require('node:worker_threads');
  const { fstatSync } = require('node:fs');
  parentPort.postMessage('up');
  while (Atomics.load(stop, 0) === 0) fstatSync(0);
`;

it('reads whole values while a program overwrites them without pause', async () => {
  const opened = openObject(compileFixture('race', ['RACE_TYPE=BPF_MAP_TYPE_HASH', 'RACE_FLAGS=0']));
  const reader = Number(basename(readlinkSync('/proc/thread-self')));
  const loaded = opened
    .enableProgram('overwrite_on_sys_enter')
    .setConstant('owner_tgid', process.pid)
    .setConstant('reader_tid', reader)
    .load();
  onTestFinished(() => loaded.close());
  const map = statesOf(loaded.map('states'));
  const whole = Array.from({ length: keys }, (_, key) => [key, buildState(key, 1)] as const);
  map.setMany(whole);
  statesOf(loaded.map('prebuilt')).setMany(whole);

  const stop = new Int32Array(new SharedArrayBuffer(4));
  const worker = new Worker(caller, { eval: true, workerData: stop });
  await once(worker, 'message');
  const exited = once(worker, 'exit');
  loaded.program('overwrite_on_sys_enter').attach();

  const isRight = (key: number, state: RaceState): boolean => state.key === key && isWhole(state);
  const seen = {
    single: 0,
    wrongSingle: 0,
    missedSingle: 0,
    stable: 0,
    wrongStable: 0,
    missedStable: 0,
    busy: 0,
    walked: 0,
    wrongWalked: 0,
  };
  for (let round = 0; round < 60_000; round++) {
    const key = round % keys;
    const single = map.get(key);
    if (single === undefined) seen.missedSingle++;
    else if (isRight(key, single)) seen.single++;
    else seen.wrongSingle++;
    try {
      const stable = map.getStable(key);
      if (stable === undefined) seen.missedStable++;
      else if (isRight(key, stable)) seen.stable++;
      else seen.wrongStable++;
    } catch (error) {
      expect(error).toMatchObject({ code: 'MAP_BUSY' });
      seen.busy++;
    }
    if (round % 16 !== 0) continue;
    for (const [each, state] of map) {
      seen.walked++;
      if (!isRight(each, state)) seen.wrongWalked++;
    }
  }
  Atomics.store(stop, 0, 1);
  await exited;
  console.log(JSON.stringify(seen));
  expect(seen.wrongStable).toBe(0);
  // How many settle depends on the machine. A read that is interrupted finds the value changed, and
  // a value that never settles is an error.
  expect(seen.stable).toBeGreaterThan(0);
  // A bucket is read under its lock: every key is there, once, and whole.
  expect(seen.wrongWalked).toBe(0);
  expect(seen.walked).toBe((60_000 / 16) * keys);
});
