import { execFileSync } from 'node:child_process';
import { SpoorError } from '@spoor/core';
import { beforeAll, describe, expect, test } from 'vitest';
import type { Btf } from './btf.js';
import type { BtfType } from './btf-types.js';
import { kernelBtfPath, readKernelBtf } from './kernel-btf.js';
import { layoutOf } from './layout-of.js';
import { assertValidLayout } from './validate-layout.js';

/** A type as `bpftool -j btf dump` prints it. */
interface Dumped {
  readonly id: number;
  readonly kind: string;
  readonly name: string;
  readonly [key: string]: unknown;
}

interface DumpedMember {
  readonly name: string;
  readonly type_id: number;
  readonly bits_offset: number;
  readonly bitfield_size?: number;
}

let btf: Btf;
let dump: readonly Dumped[];

beforeAll(() => {
  btf = readKernelBtf();
  const text = execFileSync('bpftool', ['-j', 'btf', 'dump', 'file', kernelBtfPath], { maxBuffer: 2 ** 28 });
  // bpftool 7.1 prints the upper half of an unsigned 32-bit enum as if it were a negative 64-bit
  // number.
  const exact = text.toString().replaceAll(/"val":(\d{16,})/g, (_, digits) => `"val":${low(BigInt(digits))}`);
  dump = JSON.parse(exact).types;
});

const low = (value: bigint): number => Number(BigInt.asUintN(32, value));

const name = (text: string): string => (text === '' ? '(anon)' : text);

/** As the dump is read: what needs more than 53 bits is compared by its lower half. */
const inNumber = (value: number | bigint): number =>
  value > 10n ** 15n ? low(BigInt(value)) : Number(value);

/** Our type in the words of bpftool. */
function inItsWords(type: BtfType): Record<string, unknown> {
  switch (type.kind) {
    case 'int':
      return { name: type.name, size: type.size, nr_bits: type.bits, bits_offset: type.bitOffset };
    case 'array':
      return { type_id: type.element, index_type_id: type.index, nr_elems: type.length };
    case 'struct':
    case 'union': {
      const members = type.members.map((member) => ({
        name: name(member.name),
        type_id: member.type,
        bits_offset: member.bitOffset,
        ...(member.bitSize === 0 ? {} : { bitfield_size: member.bitSize }),
      }));
      return { name: name(type.name), size: type.size, members };
    }
    case 'enum': {
      const values = type.values.map((value) => ({ name: value.name, val: inNumber(value.value) }));
      return { name: name(type.name), encoding: type.signed ? 'SIGNED' : 'UNSIGNED', values };
    }
    case 'function-proto': {
      const params = type.parameters.map((parameter) => ({
        name: name(parameter.name),
        type_id: parameter.type,
      }));
      return { ret_type_id: type.returns, params };
    }
    case 'datasec': {
      const vars = type.variables.map((variable) => ({
        ...variable,
        variable: undefined,
        type_id: variable.variable,
      }));
      return { name: type.name, size: type.size, vars };
    }
    case 'function':
    case 'variable':
      return { name: type.name, type_id: type.type, linkage: type.linkage };
    case 'decl-tag':
      return { name: type.name, type_id: type.type, component_idx: type.component };
    case 'forward':
      return { name: type.name, fwd_kind: type.of };
    case 'float':
      return { name: type.name, size: type.size };
    case 'typedef':
    case 'type-tag':
      return { name: type.name, type_id: type.type };
    case 'pointer':
    case 'const':
    case 'volatile':
    case 'restrict':
      return { type_id: type.type };
    case 'void':
      return {};
  }
}

const kindsOfBpftool: Readonly<Record<string, string>> = {
  PTR: 'pointer',
  FWD: 'forward',
  FUNC: 'function',
  FUNC_PROTO: 'function-proto',
  VAR: 'variable',
  DECL_TAG: 'decl-tag',
  TYPE_TAG: 'type-tag',
  ENUM64: 'enum',
};

test('every type of this kernel is read as bpftool reads it', () => {
  expect(btf.typeCount).toBe(dump.length + 1);
  for (const dumped of dump) {
    const type = btf.typeById(dumped.id);
    const { id, kind, ...expected } = dumped;
    const words = JSON.parse(JSON.stringify(inItsWords(type)));
    const compared = Object.fromEntries(Object.keys(words).map((key) => [key, expected[key]]));
    // One comparison a type of a hundred thousand: `expect` only for one that differs.
    if (JSON.stringify(words) !== JSON.stringify(compared))
      expect({ id, ...words }).toEqual({ id, ...compared });
    const known = kindsOfBpftool[kind] ?? kind.toLowerCase();
    if (type.kind !== known) expect({ id, kind: type.kind }).toEqual({ id, kind: known });
  }
});

describe.each(['task_struct', 'file', 'dentry'])('struct %s', (tag) => {
  test('has its fields where bpftool finds them', () => {
    const dumped = dump.find((type) => type.kind === 'STRUCT' && type.name === tag);
    const members = dumped?.['members'] as readonly DumpedMember[];
    const found = btf.findStruct(tag);
    expect(found?.id).toBe(dumped?.id);
    expect(members.length).toBeGreaterThan(5);
    expect(found?.members).toEqual(
      members.map((member) => ({
        name: member.name === '(anon)' ? '' : member.name,
        type: member.type_id,
        bitOffset: member.bits_offset,
        bitSize: member.bitfield_size ?? 0,
      })),
    );
  });
});

test('tracepoints have prototypes', () => {
  const fork = btf.functionPrototype('btf_trace_sched_process_fork');
  const names = fork?.parameters.map(({ type }) => {
    const target = btf.resolve(type);
    const pointee = target.kind === 'pointer' ? btf.resolve(target.type) : target;
    return 'name' in pointee ? pointee.name : pointee.kind;
  });
  expect(names).toEqual(['void', 'task_struct', 'task_struct']);
});

test('every struct has a layout or a reason', () => {
  let laidOut = 0;
  for (const { id, kind } of dump) {
    if (kind !== 'STRUCT' && kind !== 'UNION') continue;
    try {
      assertValidLayout(layoutOf(btf, id));
      laidOut++;
    } catch (error) {
      expect(error).toBeInstanceOf(SpoorError);
      expect(error).toMatchObject({ code: expect.stringMatching(/^LAYOUT_(UNKNOWN|INVALID)$/) });
    }
  }
  expect(laidOut).toBeGreaterThan(1000);
});
