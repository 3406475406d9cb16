import { describe, expect, test } from 'vitest';
import { BtfBuilder } from '../test/btf-builder.js';
import { parseBtf } from './parse-btf.js';
import { reduceBtf } from './reduce-btf.js';

/** A kernel whose task has unused members, and members behind typedefs and in anonymous structs. */
function kernel(): BtfBuilder {
  const btf = new BtfBuilder();
  const int = btf.int('int', 4, 'signed');
  const long = btf.int('unsigned long', 8);
  const pid = btf.refer('typedef', btf.refer('const', int), 'pid_t');
  const state = btf.enum('state', 4, { RUNNING: 0 });
  const inner = btf.struct('', 16, [
    { name: 'flags', type: int, bitOffset: 0 },
    { name: 'unasked', type: long, bitOffset: 64 },
  ]);
  const list = btf.struct('list_head', 8, [{ name: 'next', type: btf.pointer(4711), bitOffset: 0 }]);
  btf.struct('task_struct', 128, [
    { name: 'unasked', type: long, bitOffset: 0 },
    { name: 'pid', type: pid, bitOffset: 64 },
    { name: '', type: inner, bitOffset: 128 },
    { name: 'parent', type: btf.pointer(int), bitOffset: 256 },
    { name: 'comm', type: btf.array(btf.int('char', 1), 16), bitOffset: 320 },
    { name: 'state', type: state, bitOffset: 448 },
    { name: 'children', type: list, bitOffset: 512 },
  ]);
  btf.struct('task_group', 8, [{ name: 'pid', type: int, bitOffset: 0 }]);
  btf.struct('task_struct', 4, [{ name: 'pid', type: int, bitOffset: 0 }], 'union');
  btf.struct('bits', 4, [
    { name: 'low', type: int, bitOffset: 0, bitSize: 3 },
    { name: 'high', type: int, bitOffset: 3, bitSize: 29 },
  ]);
  btf.struct('q', 8, [{ name: 'p', type: long, bitOffset: 0 }]);
  return btf;
}

const members = new Set(['p', 'pid', 'flags', 'parent', 'comm', 'state', 'children', 'next', 'high']);
const optional: ReadonlySet<string> = new Set(['ovl_inode']);
const reduce = (bytes: Uint8Array, ...names: string[]) =>
  reduceBtf(bytes, { structs: new Map(names.map((name) => [name, new Set(['struct'])])), optional, members });
const reduced = (...names: string[]) => parseBtf(reduce(kernel().build(), ...names)!);

describe('a reduction of the types of a kernel', () => {
  test('has the structs of the names, with the members of the names where the kernel has them', () => {
    const btf = reduced('task_struct');
    const task = btf.findStruct('task_struct');
    expect(task).toMatchObject({ kind: 'struct', size: 128 });
    expect(task?.members.map(({ name, bitOffset }) => [name, bitOffset])).toEqual([
      ['pid', 64],
      ['', 128],
      ['parent', 256],
      ['comm', 320],
      ['state', 448],
      ['children', 512],
    ]);
    expect([...btf.types].filter(({ kind }) => kind === 'struct')).toHaveLength(3);
    expect(btf.findUnion('task_struct')).toBeUndefined();
  });

  test('has the types of members behind typedefs and qualifiers, and void behind pointers', () => {
    const btf = reduced('task_struct');
    const types = btf.findStruct('task_struct')!.members.map(({ type }) => btf.typeById(type));
    expect(types).toMatchObject([
      { kind: 'int', name: 'int', size: 4, signed: true },
      { kind: 'struct', name: '', size: 16, members: [{ name: 'flags', bitOffset: 0 }] },
      { kind: 'pointer', type: 0 },
      { kind: 'array', length: 16 },
      { kind: 'enum', name: 'state', size: 4, values: [] },
      { kind: 'struct', name: 'list_head', members: [{ name: 'next' }] },
    ]);
    btf.checkReferences();
  });

  test('has names of one letter', () => {
    expect(reduced('q').findStruct('q')?.members).toMatchObject([{ name: 'p', bitOffset: 0 }]);
  });

  test('keeps bitfields', () => {
    expect(reduced('bits').findStruct('bits')?.members).toMatchObject([
      { name: 'high', bitOffset: 3, bitSize: 29 },
    ]);
  });

  test('has every struct of a name, as an ambiguous one is found in the kernel, too', () => {
    const btf = kernel();
    btf.struct('list_head', 32, [{ name: 'next', type: btf.pointer(0), bitOffset: 192 }]);
    const copy = parseBtf(reduce(btf.build(), 'list_head')!);
    expect([...copy.types].filter(({ kind }) => kind === 'struct')).toMatchObject([
      { name: 'list_head', size: 8 },
      { name: 'list_head', size: 32 },
    ]);
  });

  test('is undefined if a struct is missing, which may be one of a module', () => {
    expect(reduce(kernel().build(), 'task_struct', 'nf_conn')).toBeUndefined();
    expect(reduce(kernel().build(), 'task')).toBeUndefined();
    expect(reduced('task_struct', 'ovl_inode').findStruct('task_struct')?.size).toBe(128);
  });

  test('is undefined for another byte order, truncated BTF and unknown kinds', () => {
    const bytes = kernel().build();
    const change = (offset: number, value: number) => {
      const copy = Uint8Array.from(bytes);
      copy[offset] = value;
      return copy;
    };
    expect(reduce(change(0, 0), 'task_struct')).toBeUndefined();
    expect(reduce(change(2, 2), 'task_struct')).toBeUndefined();
    expect(reduce(bytes.slice(0, 100), 'task_struct')).toBeUndefined();
    expect(reduce(new Uint8Array(8), 'task_struct')).toBeUndefined();
    expect(reduce(change(24 + 7, 31), 'task_struct')).toBeUndefined();
  });
});
