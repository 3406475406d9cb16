import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { compileCodec, type GeneratedObject, type KeyedMap, type RingMap } from '@spoor/btf';
import { generateModule } from '@spoor/btf/generate';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { compileFixture } from '../../test/compile.js';
import { features, openObject, openRing } from '../index.js';

interface Alert {
  readonly number: number;
  readonly level: number;
  readonly text: string;
}

describe.runIf(features.has('syscall_programs'))('the value of a generated module', () => {
  let folder: string;
  let my: GeneratedObject & {
    readonly maps: { readonly last: KeyedMap<number, Alert>; readonly alerts: RingMap<Alert> };
  };

  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), 'spoor-generated-'));
    const path = join(folder, 'my.ts');
    writeFileSync(path, generateModule(readFileSync(compileFixture('generated')), { file: 'my.bpf.o' }));
    ({ my } = await import(/* @vite-ignore */ path));
  });
  afterAll(() => rmSync(folder, { recursive: true }));

  it('opens, loads and runs as its object does', () => {
    const opened = openObject(my).setConstant('level', 'LEVEL_HIGH').setConstant('first', 7);
    expect(opened.name).toBe('my');
    expect(opened.assertLayouts({ 'struct alert': my.maps.last.value })).toBe(opened);
    using loaded = opened.load();
    const reader = openRing(loaded.map('alerts'));
    loaded.program('raise').testRun();
    const alert = { number: 7, level: 1, text: 'raised' };
    const record = compileCodec(my.maps.alerts.records[0]!);
    const records: Alert[] = [];
    reader.drain((data, offset, length) => {
      records.push(record.decode(data.u8.subarray(offset, offset + length)));
    });
    reader.close();
    expect(records).toEqual([alert]);
    const value = new Uint8Array(loaded.map('last').valueBytes);
    expect(loaded.map('last').lookup(compileCodec(my.maps.last.key).encode(7), value)).toBe(0);
    expect(compileCodec(my.maps.last.value).decode(value)).toEqual(alert);
    expect(loaded.globals.read('total')).toBe(7n);
  });

  it('has a name of its own, which an option replaces', () => {
    using opened = openObject(my, { name: 'other' });
    expect(opened.name).toBe('other');
    expect(new Set(opened.maps.keys())).toEqual(new Set(Object.keys(my.maps)));
  });
});
