import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { compileCodec, layoutOf } from '@spoor/btf';
import { errorOf } from '@spoor/core/testing';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { compileFixture } from '../../test/compile.js';
import { features, openObject } from '../index.js';

/** Numbers in order: those of a linked file come in any. */
const sorted = (values: readonly unknown[]) => (values as number[]).toSorted((a, b) => a - b);
const coded = (code: string) => expect.objectContaining({ code });

describe.runIf(features.has('syscall_programs'))('values of every type', () => {
  const path = compileFixture('values');

  it('the rules for constants are the same at every depth', () => {
    using opened = openObject(path);
    // Clang 14 cuts the values of a 64-bit enum.
    const bigEnum = layoutOf(opened.btf, 'enum big');
    const hasNames = bigEnum.kind === 'int' && bigEnum.values !== undefined;
    const [one, huge] = hasNames ? ['BIG_ONE', 'BIG_HUGE'] : [1, 0x123456789abc];
    opened
      .setConstant('limits', [1, 2n, 3])
      .setConstant('modes', ['MODE_A', 'MODE_C'])
      .setConstant('inner', { high: 7, mode: 'MODE_B', big: huge })
      .setConstant('several', [
        { high: 1, mode: 0, big: 1 },
        { high: 2, mode: 'MODE_C', big: one },
      ])
      .setConstant('big', huge)
      .setConstant('mac', [1, 2, 3, 4, 5, 6])
      .setConstant('ratio', 2.5)
      .setConstant('bits', { a: 1, b: 17, hits: 3 })
      .setConstant('id', 1n << 64n)
      .setConstant('limits[1]', 20)
      .setConstant('several[1].high', 40)
      .setConstant('inner.mode', 'MODE_C')
      .setConstant('mac[5]', 66);
    expect(opened.constant('limits').value).toEqual([1n, 20n, 3n]);
    expect(opened.constant('several[1]')).toMatchObject({ value: { high: 40n, mode: 2, big: 1n }, size: 24 });
    expect(opened.constant('inner').value).toEqual({ high: 7n, mode: 2, big: 0x123456789abcn });
    expect(opened.constant('mac').value).toEqual(Uint8Array.of(1, 2, 3, 4, 5, 66));
    expect(opened.constant('longest').value).toBe(1);
    expect([...opened.constants.keys()]).toContain('ratio');
    using loaded = opened.load();
    loaded.program('run').testRun();
    const totals = loaded.globals.read('totals') as bigint[];
    expect(totals.slice(0, 3)).toEqual([24n, 2n + 7n + 2n + 40n, 0x123456789abcn]);
    loaded.globals.write('totals[1]', 5);
    expect(loaded.globals.read('totals[1]')).toBe(5n);
    expect((loaded.globals.read('totals') as bigint[])[0]).toBe(24n);
  });

  it.each([
    ['limits', [1, 2]],
    ['limits', [1, 2, -1]],
    ['limits[1]', 'x'],
    ['limits[3]', 1],
    ['limits.high', 1],
    ['modes', ['MODE_A', 'MODE_X']],
    ['inner', { high: 1, mode: 'MODE_B', big: 'BIG_X' }],
    ['inner.low', 1],
    ['mac', [1, 2, 3, 4, 5, 256]],
    ['bits', { a: 8, b: 0, hits: 0 }],
    ['ratio', '1'],
  ])('%s does not take %j', (name, value) => {
    using opened = openObject(path);
    expect(() => opened.setConstant(name, value)).toThrow(coded('CONSTANT_TYPE'));
    expect(() => opened.setConstant(name, value)).toThrow(name.split(/[.[]/)[0]);
  });

  it.each([
    ['limits[3]', 1, /^limits has \[0\] to \[2\]\.$/],
    ['inner.low', 1, /^inner has \.high, /],
    ['limits', [1, 2, -1], /^Give a bigint or a whole number from 0 to /],
  ])('the error for %s = %j has a remedy', (name, value, remedy) => {
    using opened = openObject(path);
    const error = errorOf(() => opened.setConstant(name, value));
    expect(error).toMatchObject({ code: 'CONSTANT_TYPE', remedy: expect.stringMatching(remedy) });
  });

  it('bitfields in maps and globals are those of the program', () => {
    using loaded = openObject(path).load();
    const map = loaded.map('table');
    const codec = compileCodec<Record<string, unknown>>(layoutOf(loaded.btf, 'struct flags') as never);
    const value = new Uint8Array(16);
    codec.write(new DataView(value.buffer), 0, { a: 6, b: 31, hits: 2n });
    map.update(new Uint8Array(Uint32Array.of(1).buffer), value, 0);
    loaded.program('run').testRun();
    expect(loaded.globals.read('seen')).toEqual({ a: 6, b: 31, hits: 0n });
    expect(map.lookup(new Uint8Array(Uint32Array.of(1).buffer), value)).toBe(0);
    expect(codec.decode(value)).toEqual({ a: 5, b: 31, hits: 3n });
  });
});

describe.runIf(features.has('syscall_programs'))('statics of one name', () => {
  let folder: string;
  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), 'spoor-statics-'));
    const parts = [1, 2].map((part) => compileFixture('statics', [`PART=${part}`]));
    execFileSync('bpftool', ['gen', 'object', join(folder, 'both.bpf.o'), ...parts]);
  });
  afterAll(() => rmSync(folder, { recursive: true }));

  it('are refused by their common name, and reached by their places', () => {
    using opened = openObject(join(folder, 'both.bpf.o'));
    expect(() => opened.setConstant('level', 5)).toThrow(coded('NAME_AMBIGUOUS'));
    const levels = [...opened.constants].filter(([name]) => name.startsWith('level@.rodata+'));
    expect(sorted(levels.map(([, { value }]) => value))).toEqual([1, 2]);
    for (const [name, { value }] of levels) opened.setConstant(name, (value as number) * 100);
    using loaded = opened.load();
    expect(() => loaded.globals.read('state')).toThrow(coded('NAME_AMBIGUOUS'));
    const states = [...loaded.globals.variables.keys()].filter((name) => name.startsWith('state@.data+'));
    expect(sorted(states.map((name) => loaded.globals.read(name)))).toEqual([10, 20]);
    expect(loaded.program('run_1').testRun().returned).toBe(101);
    expect(loaded.program('run_2').testRun().returned).toBe(201);
    loaded.program('run_2').testRun();
    expect(sorted(states.map((name) => loaded.globals.read(name)))).toEqual([11, 22]);
    const [state] = states;
    loaded.globals.write(state!, 500);
    expect(loaded.globals.read(state!)).toBe(500);
    expect(() => loaded.globals.view(state!)).toThrow(coded('UNSUPPORTED'));
    const counts = [...loaded.globals.variables.keys()].filter((name) => name.startsWith('count@.bss+'));
    expect(sorted(counts.map((name) => loaded.globals.read(name)))).toEqual([1, 4]);
    expect(loaded.globals.read('run_2.calls')).toBe(2);
  });
});
