import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { generate } from './generate/index.js';
import type { Layout } from './layout.js';
import { layoutOf } from './layout-of.js';
import { mapsOf } from './map-definitions.js';
import { type ObjectFile, readObject } from './parse-object.js';

/** Compares the output of clang with what the parser reads. Needs clang, but no kernel. */
const types = `
typedef unsigned char u8; typedef unsigned short u16; typedef unsigned int u32; typedef unsigned long long u64;
enum origin { ORIGIN_FORK = 1, ORIGIN_EXEC = 2 };
enum sign { SIGN_LOW = -1, SIGN_HIGH = 1 };
struct pair { u8 first; u64 second; };
struct packed { u8 a; u32 b; u16 c; } __attribute__((packed));
struct aligned { u8 a; } __attribute__((aligned(64)));
typedef struct { u32 x; } named_by_typedef;
struct everything {
  u8 byte; u16 half; u32 word; u64 wide; signed char s8; short s16; int s32; long long s64; _Bool flag;
  char comm[16]; u8 raw[6]; char rows[3][4]; u32 words[5]; struct pair pairs[2];
  enum origin origin; enum sign sign; const char *text; const volatile u32 qualified;
  struct packed packed; struct aligned aligned; named_by_typedef named;
  union { u32 v4; u8 v6[16]; struct { u16 low; u16 high; }; };
  struct { u8 inner_a; u64 inner_b; };
  union { u32 number; u64 *pointer; } either;
  struct { u16 deep; } nested[2];
};`;

const source = `${types}
#define SEC(name) __attribute__((section(name), used))
struct everything anchor SEC(".btf_anchor");
const volatile u8 first SEC(".rodata") = 1;
const volatile u64 second SEC(".rodata") = 2;
const volatile _Bool third SEC(".rodata") = 1;
struct { int (*type)[1]; int (*max_entries)[64]; u32 *key; struct pair *value; } pairs SEC(".maps");
u64 counter;
char LICENSE[] SEC("license") = "Dual MIT/GPL";
SEC("tp_btf/sched_process_exec") int on_exec(void *context) { return counter += first + second + third; }
SEC("iter/task") int on_task(void *context) { return first; }
`;

let folder: string;
let object: ObjectFile;

const clang = (file: string, text: string, ...args: string[]) => {
  const input = join(folder, file);
  writeFileSync(input, text);
  execFileSync('clang', ['-g', '-O2', '-target', 'bpf', ...args, input], {
    stdio: ['ignore', 'ignore', 'pipe'],
  });
};

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'spoor-clang-'));
  clang('object.c', source, '-c', '-o', join(folder, 'object.o'));
  object = readObject(join(folder, 'object.o'));
});
afterAll(() => rmSync(folder, { recursive: true }));

/** Statements that only compile when clang puts everything where the layout says it is. */
function assertions(expression: string, layout: Layout): string[] {
  const own = [`_Static_assert(sizeof(${expression}) == ${layout.size}, "size of ${expression}");`];
  if (layout.kind !== 'struct') return own;
  return own.concat(
    ...layout.fields.map((field) => {
      const place = `(u64)&(${expression}).${field.name} - (u64)&(${expression})`;
      return [
        `check(${place} == ${field.offset});`,
        ...assertions(`(${expression}).${field.name}`, field.layout),
      ];
    }),
  );
}

test('layouts are what clang lays out', () => {
  const layout = layoutOf(object.btf, 'struct everything');
  const statements = assertions('(*value)', layout);
  expect(statements.length).toBeGreaterThan(60);
  // An assertion that does not hold is an undefined function, which stays in the object as a
  // symbol.
  const text = `${types}\nvoid wrong_place(void);\n#define check(claim) do { if (!(claim)) wrong_place(); } while (0)
void run(struct everything *value) {\n${statements.join('\n')}\n}`;
  clang('check.c', text, '-c', '-o', join(folder, 'check.o'));
  expect(execFileSync('llvm-nm', [join(folder, 'check.o')], { encoding: 'utf8' })).not.toContain(
    'wrong_place',
  );
  const broken = text.replace('== 0);', '== 1);');
  clang('broken.c', broken, '-c', '-o', join(folder, 'broken.o'));
  expect(execFileSync('llvm-nm', [join(folder, 'broken.o')], { encoding: 'utf8' })).toContain('wrong_place');
});

test('kinds of values are what the C types mean', () => {
  const layout = layoutOf(object.btf, 'struct everything');
  const kind = (name: string) =>
    layout.kind === 'struct' ? layout.fields.find((field) => field.name === name)?.layout : undefined;
  expect(kind('comm')).toEqual({ kind: 'chars', size: 16 });
  expect(kind('raw')).toEqual({ kind: 'bytes', size: 6 });
  expect(kind('rows')).toMatchObject({ kind: 'array', length: 3, element: { kind: 'chars', size: 4 } });
  expect(kind('flag')).toEqual({ kind: 'bool', size: 1 });
  expect(kind('sign')).toMatchObject({ kind: 'enum', name: 'sign', size: 4 });
  expect(kind('origin')).toMatchObject({ kind: 'enum', name: 'origin', signed: false });
  expect(kind('text')).toEqual({ kind: 'pointer', size: 8 });
  expect(kind('named')).toMatchObject({ kind: 'struct', name: 'named_by_typedef' });
  expect(kind('either')).toMatchObject({ kind: 'union', size: 8 });
  expect(kind('inner_b')).toMatchObject({ kind: 'int', size: 8 });
});

test('programs, maps, constants and the license are read', () => {
  expect(object.license).toBe('Dual MIT/GPL');
  expect(object.programs.map(({ name, section }) => [name, section])).toEqual([
    ['on_exec', 'tp_btf/sched_process_exec'],
    ['on_task', 'iter/task'],
  ]);
  expect(mapsOf(object)).toMatchObject([
    { name: 'pairs', type: 1, maxEntries: 64, keySize: 4, valueSize: 16 },
  ]);
  const constants = object.variables.filter(({ section }) => section === '.rodata');
  const rodata = object.sections.find(({ name }) => name === '.rodata');
  const values = constants.map(({ name, offset }) => [name, rodata?.data[offset]]);
  expect(Object.fromEntries(values)).toEqual({ first: 1, second: 2, third: 1 });
});

test('generates equal text for equal objects, from all of an object', () => {
  const files = generate(object, { source: 'object.o' });
  expect(generate(readObject(join(folder, 'object.o')), { source: 'object.o' })).toEqual(files);
  expect(files['structs.ts']).toContain(
    "  nested: [304, ctype.array(ctype.struct('', 2, {\n    deep: [0, ctype.u16],\n  }), 2)],",
  );
});
