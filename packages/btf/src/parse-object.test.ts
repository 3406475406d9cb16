import { errorOf } from '@spoor/core/testing';
import { describe, expect, test } from 'vitest';
import { BtfBuilder } from '../test/btf-builder.js';
import { buildElf } from '../test/elf-builder.js';
import { sampleObject } from '../test/sample-object.js';
import { mapsOf } from './map-definitions.js';
import { parseObject, readObject } from './parse-object.js';

/** Breaks the bytes in place, or returns others. */
type Change = (view: DataView, bytes: Uint8Array) => unknown;

const object = parseObject(sampleObject(), { file: 'x.o' });

test('programs are the functions outside of .text', () => {
  expect(object.programs).toEqual([{ name: 'on_fork', section: 'tp_btf/sched_process_fork', size: 16 }]);
});

test('the license and the sections are read', () => {
  expect(object.license).toBe('GPL');
  expect(object.sections.map(({ name }) => name)).toContain('tp_btf/sched_process_fork');
  expect(parseObject(buildElf([{ name: '.BTF', data: new BtfBuilder().build() }])).license).toBe('');
});

test('variables lie where the symbols say, which clang does not write into BTF', () => {
  const place = (name: string) => object.variables.find((variable) => variable.name === name);
  expect(place('trace_start_ns')).toMatchObject({
    section: '.rodata',
    offset: 0,
    size: 8,
    linkage: 'global',
  });
  expect(place('target_tgid')).toMatchObject({ section: '.rodata', offset: 8, size: 4 });
  expect(place('lifecycle')).toMatchObject({ section: '.maps', offset: 32 });
  expect(place('on_fork.____fmt')).toMatchObject({ linkage: 'static' });
});

describe('maps', () => {
  test('are read from their declarations', () => {
    const [info, ring] = mapsOf(object);
    expect(info).toMatchObject({
      name: 'proc_info',
      type: 9,
      maxEntries: 1024,
      flags: 0,
      keySize: 4,
      valueSize: 32,
    });
    expect(object.btf.typeById(info?.valueType ?? 0)).toMatchObject({ kind: 'struct', name: 'proc_info' });
    expect(ring).toEqual({
      name: 'lifecycle',
      type: 27,
      maxEntries: 4096,
      flags: 0,
      keyType: undefined,
      valueType: undefined,
      keySize: 0,
      valueSize: 0,
    });
  });

  test.each([
    ['a struct', (b: BtfBuilder) => b.int('int', 4), 'the map broken is no struct'],
    [
      'pointers',
      (b: BtfBuilder) => b.struct('', 8, [{ name: 'key', type: b.int('int', 4), bitOffset: 0 }]),
      'the map broken declares key without __uint or __type',
    ],
    [
      'numbers',
      (b: BtfBuilder) => b.struct('', 8, [{ name: 'type', type: b.pointer(b.int('int', 4)), bitOffset: 0 }]),
      'the map broken declares type without __uint',
    ],
  ])('must be made of %s', (_, declare, message) => {
    const builder = new BtfBuilder();
    builder.datasec('.maps', [[builder.variable('broken', declare(builder)), 0, 8]]);
    const broken = parseObject(buildElf([{ name: '.BTF', data: builder.build() }]), { file: 'x.o' });
    expect(errorOf(() => mapsOf(broken))).toMatchObject({
      code: 'BTF_INVALID',
      message: `x.o (.BTF): ${message}`,
    });
  });
});

describe('an invalid BPF object', () => {
  function broken(change: Change) {
    const bytes = sampleObject();
    const result = change(new DataView(bytes.buffer, bytes.byteOffset, bytes.length), bytes);
    const changed = result instanceof Uint8Array ? result : bytes;
    return errorOf(() => parseObject(changed, { file: 'x.o' }));
  }

  test.each<[string, string, Change]>([
    ['no bytes', 'x.o: is not an ELF file (at byte 0)', () => new Uint8Array(0)],
    ['a script', 'x.o: is not an ELF file', () => Buffer.from('#!/bin/sh\n')],
    ['a cut header', 'x.o: ends before the ELF header does', (_, bytes) => bytes.subarray(0, 40)],
    ['32 bits', 'x.o: is not a 64-bit ELF file', (v) => v.setUint8(4, 1)],
    ['big-endian', 'x.o: is not a little-endian ELF file', (v) => v.setUint8(5, 2)],
    ['x86-64', 'x.o: is for machine 62; BPF is 247', (v) => v.setUint16(18, 62, true)],
    ['no sections', 'x.o: has no sections', (v) => v.setUint16(60, 0, true)],
    ['odd section headers', 'x.o: has section headers of 40 bytes', (v) => v.setUint16(58, 40, true)],
    ['a cut file', 'before the section headers', (_, bytes) => bytes.subarray(0, -1)],
    ['headers far away', 'before the section headers', (v) => v.setUint32(44, 0x7fff_ffff, true)],
    ['no names', 'x.o: names no section that holds the names of sections', (v) => v.setUint16(62, 77, true)],
    [
      'a section past the end',
      'before a section of',
      (v) => v.setUint32(Number(v.getBigUint64(40, true)) + 64 + 32, 0x7000_0000, true),
    ],
    [
      'a name past its strings',
      'x.o: has a name that lies outside of its strings',
      (v) => v.setUint32(Number(v.getBigUint64(40, true)) + 64, 0x7000_0000, true),
    ],
  ])('%s', (_, message, change) => {
    const error = broken(change);
    expect(error.code).toBe('OBJECT_INVALID');
    expect(error.message).toContain(message);
  });

  test('symbols without names', () => {
    const error = broken((view) => {
      const headers = Number(view.getBigUint64(40, true));
      const symbols = view.getUint16(60, true) - 2;
      view.setUint32(headers + symbols * 64 + 40, 99, true);
    });
    expect(error).toMatchObject({ code: 'OBJECT_INVALID' });
    expect(error.message).toContain('has symbols without a section of names');
  });

  test('an object without BTF', () => {
    const error = errorOf(() => parseObject(buildElf([]), { file: 'x.o' }));
    expect(error).toMatchObject({
      code: 'OBJECT_NO_BTF',
      message: 'x.o: has no section .BTF',
      remedy: 'Compile it with clang -g -target bpf.',
    });
  });

  test('broken BTF names the object and the section', () => {
    const error = errorOf(() =>
      parseObject(buildElf([{ name: '.BTF', data: new Uint8Array(2) }]), { file: 'x.o' }),
    );
    expect(error).toMatchObject({ code: 'BTF_INVALID' });
    expect(error.message).toContain('x.o (.BTF): ends before');
  });

  test('a file that is not there', () => {
    const error = errorOf(() => readObject('/nonexistent/x.o'));
    expect(error).toMatchObject({
      code: 'FILE_UNREADABLE',
      message: expect.stringMatching(/^\/nonexistent\/x\.o: cannot be read: ENOENT/),
    });
  });

  test('a device without an end', () => {
    expect(errorOf(() => readObject('/dev/zero'))).toMatchObject({
      code: 'FILE_UNREADABLE',
      message: '/dev/zero: cannot be read: it is not a regular file',
    });
  });
});
