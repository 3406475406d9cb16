import { describe, expect, test } from 'vitest';
import { BtfBuilder } from '../test/btf-builder.js';
import { btfExtension } from '../test/btf-extension.js';
import { parseBtf } from './parse-btf.js';
import type { ObjectFile } from './parse-object.js';
import { relocationTypes } from './relocation-types.js';

function objectWith(btf: BtfBuilder, data: Uint8Array): ObjectFile {
  const section = { index: 1, name: '.BTF.ext', executable: false, size: data.length, data };
  const parsed = parseBtf(btf.build());
  return { file: 'x.o', btf: parsed, license: '', sections: [section], programs: [], variables: [] };
}

const field = 0;
const typeId = 7;
const size = 9;
const enumValue = 11;

describe('the types of relocations', () => {
  const btf = new BtfBuilder();
  const int = btf.int('int', 4);
  const inner = btf.struct('list_head', 8, [{ name: 'next', type: btf.pointer(0), bitOffset: 0 }]);
  const task = btf.struct('task_struct___exec', 64, [
    { name: 'pid', type: int, bitOffset: 0 },
    { name: 'heads', type: btf.refer('typedef', btf.array(inner, 2), 'heads_t'), bitOffset: 64 },
  ]);
  const either = btf.struct('either', 4, [{ name: 'word', type: int, bitOffset: 0 }], 'union');
  const named = btf.refer('typedef', task, 'task_t');
  const of = (...relocations: (readonly [number, number])[]) =>
    relocationTypes(objectWith(btf, btfExtension(relocations)));

  test('are named as the kernel names them, with the members of all that lies inside', () => {
    expect(of([task, field], [either, size], [task, field])).toEqual({
      structs: new Map([
        ['task_struct', new Set(['struct'])],
        ['either', new Set(['union'])],
      ]),
      optional: new Set(),
      members: new Set(['pid', 'heads', 'next', 'word']),
    });
  });

  test('are optional where their flavor says so', () => {
    const own = btf.struct('ovl_inode___optional', 8, [{ name: 'flags', type: int, bitOffset: 0 }]);
    expect(of([task, field], [own, field])?.optional).toEqual(new Set(['ovl_inode']));
  });

  test('are undefined without relocations', () => {
    expect(of()).toBeUndefined();
    expect(relocationTypes({ ...objectWith(btf, new Uint8Array()), sections: [] })).toBeUndefined();
  });

  test('are undefined for a relocation of anything but a field of a struct', () => {
    expect(of([task, typeId])).toBeUndefined();
    expect(of([task, enumValue])).toBeUndefined();
    expect(of([named, field])).toBeUndefined();
    expect(of([int, size])).toBeUndefined();
  });

  test('are undefined for a truncated section', () => {
    const whole = btfExtension([[task, field]]);
    for (let length = 0; length < whole.length; length += 4)
      expect(relocationTypes(objectWith(btf, whole.slice(0, length)))).toBeUndefined();
  });
});
