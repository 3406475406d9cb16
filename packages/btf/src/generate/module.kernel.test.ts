import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { spoorBtf } from '../../test/command.js';
import { typeErrors } from '../../test/type-check.js';
import { readObject } from '../parse-object.js';
import { compileObject, generate, generateModule, updateFiles } from './index.js';

/** Objects that are hard to name or to type, compiled by clang. Needs clang, but no kernel. */
const head = `#include <linux/bpf.h>
#include <linux/ip.h>
#include <bpf/bpf_helpers.h>
#define MAP(kind, k, v, name) struct { __uint(type, BPF_MAP_TYPE_##kind); __uint(max_entries, 4); \\
  __type(key, k); __type(value, v); } name SEC(".maps")
#define RING(name) struct { __uint(type, BPF_MAP_TYPE_RINGBUF); __uint(max_entries, 4096); } name SEC(".maps")
char LICENSE[] SEC("license") = "GPL";
SEC("syscall") int program(void *context) { return 0; }
`;

const sources: Readonly<Record<string, string>> = {
  letter: 'struct c { __u32 pid; }; MAP(HASH, __u32, struct c, m);',
  digit: 'struct _5tuple { __u32 source; __u16 port; __u16 rest; }; MAP(HASH, struct _5tuple, __u32, m);',
  kinds: `enum event_kind { EVENT_OPEN, EVENT_CLOSE }; struct rec { enum event_kind kind; __u32 pid; };
MAP(HASH, __u32, struct rec, m);`,
  header: 'struct sample { __u64 ts; struct iphdr ip; }; MAP(HASH, __u32, struct sample, m);',
  cpus: `struct s { __u64 a; }; MAP(PERCPU_HASH, __u32, struct s, m); MAP(LRU_PERCPU_HASH, __u32, __u64, n);
struct { __uint(type, BPF_MAP_TYPE_QUEUE); __uint(max_entries, 4); __type(value, struct s); } q SEC(".maps");
struct { __uint(type, BPF_MAP_TYPE_ARRAY); __uint(max_entries, 4); __uint(key_size, 4);
  __uint(value_size, 16); } sized SEC(".maps");`,
  cases: `struct s { __u64 a_b; __u64 aB; }; struct S { __u32 x; }; enum maps { MAPS_A };
MAP(HASH, enum maps, struct s, m); MAP(HASH, __u32, struct S, M);`,
  taken: `struct map_name { int a; }; struct event { int b; }; struct layout_of { int c; }; struct uint8_array { int d; };
MAP(HASH, struct map_name, struct event, m); MAP(HASH, struct layout_of, struct uint8_array, constants);`,
  words: `struct class { int new; int function; __u8 constructor[3]; }; MAP(HASH, __u32, struct class, delete);
const volatile int await = 1; int typeof_ = 2;`,
  tagged: `struct fork { __u32 kind; __u32 child; }; struct exit { __u32 kind; __s32 code; };
const struct fork *unused_fork; const struct exit *unused_exit; RING(events); RING(plain);`,
  records: `struct alert { __u32 pid; char comm[16]; }; struct summary { __u64 count; };
enum level { LEVEL_LOW, LEVEL_HIGH = 7 }; struct limits { enum level level; __u64 bytes[2]; union { __u32 v4; __u8 v6[16]; }; };
const struct alert *unused_alert; const struct summary *unused_summary; RING(alerts);
const volatile struct limits limits = {}; const volatile _Bool strict = 0; __u64 hits; static volatile __u32 level = 3;
SEC("syscall") int reads(void *context) { static volatile __u32 calls; return level + limits.level + ++calls; }`,
};

let folder: string;
const modules: Record<string, string> = {};

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'spoor-modules-'));
  for (const [name, source] of Object.entries(sources)) {
    const path = join(folder, `${name}.bpf.c`);
    writeFileSync(path, head + source);
    const { bytes } = compileObject(path);
    modules[name] = generateModule(bytes, {
      file: `${name}.bpf.o`,
      records: name === 'tagged' ? { events: { tag: 'kind', structs: { 1: 'fork', 2: 'exit' } } } : {},
    });
    writeFileSync(join(folder, `${name}.bpf.o`), bytes);
    writeFileSync(join(folder, `${name}.ts`), modules[name]!);
    const object = readObject(join(folder, `${name}.bpf.o`));
    updateFiles(join(folder, 'files', name), generate(object, { source: `${name}.bpf.o` }));
  }
});
afterAll(() => rmSync(folder, { recursive: true }));

test('the modules compile under strict options, and their types are right', { timeout: 120_000 }, () => {
  writeFileSync(
    join(folder, 'check.ts'),
    `import { cases } from './cases.js';
import { cpus } from './cpus.js';
import { digit, type _5tuple } from './digit.js';
import { maps } from './files/cpus/index.js';
import { header } from './header.js';
import { EventKind, kinds, Rec } from './kinds.js';
import { type C, letter } from './letter.js';
import { type Alert, records, type Summary } from './records.js';
import { tagged, type Exit, type Fork } from './tagged.js';
import { words } from './words.js';
import { compileCodec, type GeneratedObject, type LayoutOf, type RecordOf, type VariableOf, type WrittenOf } from '@spoor/btf';

type Equal<A, B> = (<T>() => T extends A ? 1 : 2) extends <T>() => T extends B ? 1 : 2 ? true : false;
const check = <Claim extends true>(..._: Claim[]): void => {};
type Value<M> = M extends { readonly value: LayoutOf<infer T> } ? T : never;
type Key<M> = M extends { readonly key: LayoutOf<infer T> } ? T : never;
type Read<V> = V extends LayoutOf<infer T> ? T : never;
const any: readonly GeneratedObject[] = [cases, cpus, digit, header, kinds, letter, records, tagged, words];

check<Equal<Value<typeof letter.maps.m>, C>>();
check<Equal<C, { pid: number }>>();
check<Equal<Key<typeof digit.maps.m>, _5tuple>>();
check<Equal<Value<typeof kinds.maps.m>, Rec>>();
check<Equal<EventKind, 0 | 1>>();
check<Equal<Value<typeof header.maps.m>['ip']['version'], number>>();
check<Equal<typeof cpus.maps.m.perCpu, true>>();
check<Equal<typeof maps.m.perCpu, true>>();
check<Equal<Value<typeof cpus.maps.q>, { a: bigint }>>();
check<Equal<Value<typeof cpus.maps.sized>, Uint8Array>>();
check<Equal<keyof Value<typeof cases.maps.m>, 'a_b' | 'aB'>>();
check<Equal<Value<typeof cases.maps.M>, { x: number }>>();
check<Equal<typeof records.maps.alerts.records, readonly LayoutOf<Alert | Summary>[]>>();
check<Equal<RecordOf<typeof tagged.maps.events>['kind'], 1 | 2>>();
check<Equal<typeof tagged.maps.plain.records, readonly LayoutOf<Fork | Exit>[]>>();
check<Equal<Read<typeof records.constants.strict>, boolean>>();
check<Equal<Read<typeof records.constants.limits>['bytes'], bigint[]>>();
check<Equal<keyof typeof records.globals, 'hits' | 'level' | 'reads.calls' | 'unused_alert' | 'unused_summary'>>();
check<Equal<keyof typeof words.constants, 'await'>>();
type Written = WrittenOf<typeof records.constants.limits>;
export const byOne: Written[] = [{ level: 7, bytes: [1, 2n], v4: 5 }, { level: 0, bytes: [1, 2], v6: [] }];
// @ts-expect-error: not a member of an anonymous union
export const byNone: Written = { level: 7, v4: 5 };
check<Equal<typeof records.programs.reads, 'syscall'>>();
export const rec: { kind: number; pid: number } = compileCodec(Rec).decode(new Uint8Array(8));
export const first: number = EventKind.EVENT_OPEN + any.length;
// @ts-expect-error -- no such map
letter.maps.n;
// @ts-expect-error -- no such program
letter.programs.programm;
// @ts-expect-error -- an unknown enumerator
export const wrong: VariableOf<number, number | 'LEVEL_LOW'> = records.constants.limits;
`,
  );
  expect(typeErrors(folder)).toBe('');
});

test('a module says what each map, ring and variable is', () => {
  const value = (name: string) => modules[name]!.slice(modules[name]!.lastIndexOf('/** The object'));
  expect(value('cpus')).toContain(`    readonly m: PerCpuMap<number, S>;
    readonly n: PerCpuMap<number, bigint>;
    readonly q: QueueMap<S>;
    readonly sized: KeyedMap<Uint8Array, Uint8Array>;
`);
  expect(value('records')).toContain('    readonly alerts: RingMap<Alert | Summary>;\n');
  expect(value('records')).toContain(
    'level: number | keyof typeof Level; bytes: readonly (bigint | number)[]; v4?: number;',
  );
  expect(modules['records']).not.toContain('Left out');
});

test('an enum event_kind of the object is not taken for events', () => {
  const index = readFileSync(join(folder, 'files/kinds/index.ts'), 'utf8');
  expect(index).toContain('// the event of EVENT_OPEN: the object has no struct open_event\n');
  expect(readdirSync(join(folder, 'files/kinds'))).not.toContain('events.ts');
});

describe('the command', () => {
  test('compiles, prints the line that it ran, and writes one file', () => {
    const target = join(folder, 'out');
    mkdirSync(target);
    const source = join(folder, 'letter.bpf.c');
    const file = join(target, 'letter.ts');
    const first = spoorBtf('generate', '--compile', source, '-o', file, '--', '-DDEBUG=1');
    expect(first).toMatchObject({ status: 0, err: '' });
    const [line, last] = first.out.split('\n');
    expect(line).toMatch(/^clang -g -O2 -target bpf -fdebug-compilation-dir=. .*-DDEBUG=1 -c -o - /);
    expect(last).toBe(`${file}: written`);
    expect(spoorBtf('generate', '--compile', source, '--out', file, '--', '-DDEBUG=1').out).toBe(
      `${line}\n${file}: unchanged\n`,
    );
    expect(readdirSync(target)).toEqual(['letter.ts']);
  });

  test('prints what clang said of a wrong source', () => {
    const source = join(folder, 'wrong.bpf.c');
    writeFileSync(source, 'int x = y;\n');
    const { status, out, err } = spoorBtf('generate', '-c', source, '-o', join(folder, 'wrong.ts'));
    expect({ status, out }).toEqual({ status: 1, out: '' });
    expect(err).toContain(`spoor-btf: TOOL_FAILED: clang failed on ${source}:\n`);
    expect(err).toContain("use of undeclared identifier 'y'");
    expect(err).toContain('  To see it alone, run: clang -g -O2 -target bpf ');
  });

  test('writes the types of the kernel', ({ skip }) => {
    const file = join(folder, 'vmlinux.h');
    const { status, err } = spoorBtf('generate', '--vmlinux', file);
    skip(err.includes('TOOL_MISSING') || err.includes('BTF_MISSING'), err);
    expect({ status, err }).toEqual({ status: 0, err: '' });
    writeFileSync(join(folder, 'typed.bpf.c'), '#include "vmlinux.h"\nstruct task_struct *task;\n');
    expect(compileObject(join(folder, 'typed.bpf.c')).bytes.length).toBeGreaterThan(0);
  });
});
