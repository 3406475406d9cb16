import { readFileSync } from 'node:fs';
import type { Layout } from '@spoor/btf';
import { errorOf } from '@spoor/core/testing';
import { describe, expect, test } from 'vitest';
import { compileFixture } from '../../test/compile.js';
import { openObject } from '../index.js';

const path = compileFixture('basic');
const coded = (code: string) => expect.objectContaining({ name: 'SpoorError', code });

describe('an opened object', () => {
  test('lists its programs with their sections, and which are off at first', () => {
    using object = openObject(path);
    expect([...object.programs.values()].sort((a, b) => a.name.localeCompare(b.name))).toEqual([
      { name: 'compute', section: 'syscall', hooked: false, enabled: true },
      { name: 'each_task', section: 'iter/task', hooked: false, enabled: true },
      { name: 'on_exec_optional', section: 'tp_btf/sched_process_exec', hooked: true, enabled: false },
      { name: 'on_exit', section: 'tp_btf/sched_process_exit', hooked: true, enabled: true },
      { name: 'on_fork', section: 'raw_tp/sched_process_fork', hooked: true, enabled: true },
    ]);
  });

  test('lists its declared maps, and none that libbpf makes of variables', () => {
    using object = openObject(path);
    expect([...object.maps.keys()].sort((a, b) => a.localeCompare(b))).toEqual([
      'counters',
      'line',
      'per_task',
      'recent',
      'ring',
      'table',
    ]);
    expect(object.maps.get('recent')).toEqual({
      name: 'recent',
      type: 9,
      keySize: 8,
      valueSize: 8,
      maxEntries: 128,
      flags: 0,
      enabled: true,
    });
  });

  test('lists its constants with their values', () => {
    using object = openObject(path);
    const values = Object.fromEntries([...object.constants].map(([name, { value }]) => [name, value]));
    expect(values).toEqual({
      target_tgid: 0,
      verbose: false,
      bias: -1n,
      mode: 1,
      label: 'unset',
      limits: { low: 1, high: 10 },
      factor: 3,
    });
    expect(object.constants.get('factor')).toMatchObject({ section: '.rodata.tuning', offset: 0, size: 4 });
  });

  test('is named after its file, or as the caller says', () => {
    using byPath = openObject(path);
    expect(byPath.name).toMatch(/^basic_[0-9a-f]+$/);
    using byName = openObject(readFileSync(path), { name: 'my.object' });
    expect(byName.name).toBe('my_object');
    using byDefault = openObject(readFileSync(path));
    expect(byDefault.name).toBe('object');
    expect(byDefault.constants.get('mode')?.value).toBe(1);
  });

  test('takes values of the type of each constant', () => {
    using object = openObject(path);
    object
      .setConstant('target_tgid', 4_294_967_295)
      .setConstant('verbose', true)
      .setConstant('bias', -(2n ** 63n))
      .setConstant('mode', 'MODE_LOUD')
      .setConstant('label', 'sixteen bytes ok')
      .setConstant('limits', { low: 5, high: 6 })
      .setConstant('factor', 7);
    const values = Object.fromEntries([...object.constants].map(([name, { value }]) => [name, value]));
    expect(values).toEqual({
      target_tgid: 4_294_967_295,
      verbose: true,
      bias: -(2n ** 63n),
      mode: 2,
      label: 'sixteen bytes ok',
      limits: { low: 5, high: 6 },
      factor: 7,
    });
    expect(object.setConstant('bias', 12).constants.get('bias')?.value).toBe(12n);
    expect(object.setConstant('mode', 0).constants.get('mode')?.value).toBe(0);
  });

  test.each([
    ['target_tgid', -1],
    ['target_tgid', 2 ** 32],
    ['target_tgid', 1.5],
    ['target_tgid', '1'],
    ['target_tgid', undefined],
    ['verbose', 1],
    ['bias', 2n ** 63n],
    ['bias', 2 ** 53],
    ['mode', 'MODE_UNHEARD_OF'],
    ['mode', 'toString'],
    ['label', 'seventeen bytes !'],
    ['label', 5],
    ['limits', { low: 1 }],
    ['limits', null],
  ])('refuses for %s the value %o, and keeps the one it has', (name, value) => {
    using object = openObject(path);
    const before = object.constants.get(name)?.value;
    expect(() => object.setConstant(name, value)).toThrow(coded('CONSTANT_TYPE'));
    expect(() => object.setConstant(name, value)).toThrow(new RegExp(name));
    expect(object.constants.get(name)?.value).toEqual(before);
  });

  test.each([
    ['target_tgid', -1, 'u32: expected an integer from 0 to 2^32 - 1, got -1'],
    ['bias', 'x', 's64: expected a bigint or a whole number from -2^63 to 2^63 - 1, got "x"'],
  ])('names the type of %s and the values that it takes', (name, value, message) => {
    using object = openObject(path);
    const error = errorOf(() => object.setConstant(name, value));
    expect(error.message).toContain(`${name} (.rodata): ${message}`);
    expect(error.remedy).toBe(
      `Give ${message.slice(message.indexOf('expected ') + 9, message.indexOf(', got'))}.`,
    );
  });

  test('knows its own names only, and says which there are', () => {
    using object = openObject(path);
    expect(() => object.setConstant('targettgid', 1)).toThrow(coded('CONSTANT_UNKNOWN'));
    expect(() => object.setConstant('hits', 1)).toThrow(
      expect.objectContaining({ code: 'CONSTANT_UNKNOWN', remedy: expect.stringContaining('target_tgid') }),
    );
    expect(() => object.resizeMap('tables', 1)).toThrow(coded('MAP_UNKNOWN'));
    expect(() => object.resizeMap('.rodata', 1)).toThrow(coded('MAP_UNKNOWN'));
    expect(() => object.disableMap('tables')).toThrow(coded('MAP_UNKNOWN'));
    expect(() => object.disableProgram('on_exec')).toThrow(coded('PROGRAM_UNKNOWN'));
  });

  test('resizes maps within reason', () => {
    using object = openObject(path);
    expect(object.resizeMap('table', 1_000_000).maps.get('table')?.maxEntries).toBe(1_000_000);
    expect(object.resizeMap('ring', 65536).maps.get('ring')?.maxEntries).toBe(65536);
    for (const size of [0, -1, 1.5, Number.NaN, 2 ** 32]) {
      expect(() => object.resizeMap('table', size)).toThrow(coded('MAP_SIZE'));
    }
    expect(() => object.resizeMap('table', 2 ** 32 - 1)).toThrow(/GiB/);
    for (const size of [1, 2048, 4097, 12288]) {
      expect(() => object.resizeMap('ring', size)).toThrow(coded('RING_SIZE'));
    }
    expect(() => object.resizeMap('per_task', 10)).toThrow(coded('MAP_KIND'));
    expect(object.maps.get('table')?.maxEntries).toBe(1_000_000);
  });

  test('switches programs and maps off and on', () => {
    using object = openObject(path);
    object.disableProgram('on_exit').enableProgram('on_exec_optional').disableMap('line');
    expect(object.programs.get('on_exit')?.enabled).toBe(false);
    expect(object.programs.get('on_exec_optional')?.enabled).toBe(true);
    expect(object.maps.get('line')?.enabled).toBe(false);
    object.enableProgram('on_exit').enableMap('line');
    expect(object.programs.get('on_exit')?.enabled).toBe(true);
    expect(object.maps.get('line')?.enabled).toBe(true);
  });

  test('ends with its phase', () => {
    const object = openObject(path);
    object.close();
    object.close();
    for (const late of [
      () => object.setConstant('target_tgid', 1),
      () => object.resizeMap('table', 1),
      () => object.disableProgram('on_exit'),
      () => object.maps,
      () => object.programs,
      () => object.constants,
      () => object.load(),
    ]) {
      expect(late).toThrow(coded('WRONG_PHASE'));
    }
  });

  test('compares layouts at open', () => {
    const limits = (high: number): Layout => ({
      kind: 'struct',
      name: 'limits',
      size: 8,
      fields: [
        { name: 'low', offset: 0, layout: { kind: 'int', size: 4, signed: false } },
        { name: 'high', offset: high, layout: { kind: 'int', size: 4, signed: false } },
      ],
    });
    openObject(path, { layouts: { 'struct limits': limits(4) } }).close();
    expect(() => openObject(path, { layouts: { 'struct limits': limits(0) } })).toThrow(
      coded('LAYOUT_MISMATCH'),
    );
    expect(() => openObject(path, { layouts: { 'struct limits': limits(0) } })).toThrow(
      /limits\.high.*offset 0.*offset 4/,
    );
    expect(() => openObject(path, { layouts: { 'struct limit': limits(4) } })).toThrow(
      coded('LAYOUT_UNKNOWN'),
    );
  });
});
