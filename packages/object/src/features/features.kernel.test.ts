import { release } from 'node:os';
import { SpoorError } from '@spoor/core';
import { expect, test } from 'vitest';
import { compileFixture } from '../../test/compile.js';
import { kernelSince } from '../../test/kernel.js';
import { features, openObject, systemInfo } from '../index.js';

test('every feature is answered, with a reason when it is missing, and the answer stays', () => {
  for (const name of features.names) {
    const feature = features.describe(name);
    expect(feature).toMatchObject({ name, available: features.has(name), why: features.why(name) });
    expect(feature.what).not.toBe('');
    expect(feature.since).toMatch(/^\d+\.\d+/);
    if (feature.available) expect(feature.why).toBeUndefined();
    else expect(feature.why).toMatch(/\w/);
  }
});

test('the features that Spoor needs exist wherever its objects load', () => {
  for (const name of [
    'kernel_btf',
    'ring_buffer',
    'tp_btf',
    'raw_tracepoint',
    'iterators',
    'task_storage',
    'task_storage_tracing',
  ] as const) {
    if (kernelSince(features.describe(name).since)) expect(features.why(name), name).toBeUndefined();
  }
});

test('an answer agrees with what loading says', () => {
  const loads = (path: string): boolean => {
    try {
      using loaded = openObject(path).load();
      loaded.attach();
      return true;
    } catch (error) {
      if (error instanceof SpoorError && ['UNSUPPORTED', 'ATTACH_FAILED'].includes(error.code)) return false;
      throw error;
    }
  };
  expect(loads(compileFixture('fentry'))).toBe(features.has('fentry'));
  expect(loads(compileFixture('lsm'))).toBe(features.has('lsm'));
});

test('the machine is described', () => {
  const machine = systemInfo();
  expect(machine.kernel).toBe(release());
  expect(machine.possibleCpus).toBeGreaterThanOrEqual(1);
  expect(Math.log2(machine.pageSize) % 1).toBe(0);
  expect(machine.libbpf).toMatch(/^[1-9]\.\d+$/);
  expect(['koffi', 'node', 'ffi-napi']).toContain(machine.ffi);
});
