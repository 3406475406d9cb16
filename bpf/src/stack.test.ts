import { execFileSync } from 'node:child_process';
import { expect, it } from 'vitest';
import { objectPath } from './index.js';

/**
 * Bytes of all frames of a chain of calls, and how many they may be. (MAX_BPF_STACK,
 * MAX_CALL_FRAMES)
 */
const mostBytes = 512;
const mostFrames = 8;
/** Kernels round each frame up to this. */
const unit = 32;

interface Code {
  /** Bytes of stack that the function itself uses. */
  bytes: number;
  readonly calls: Set<string>;
}

const listing = (path: string) =>
  execFileSync('llvm-objdump', ['-d', '-r', path], { encoding: 'utf8', maxBuffer: 1 << 28 });

/** By section and place, the names of functions. */
function functionsOf(path: string): ReadonlyMap<string, string> {
  const table = execFileSync('llvm-objdump', ['-t', path], { encoding: 'utf8', maxBuffer: 1 << 28 });
  const rows = table.matchAll(/^([0-9a-f]{16}) [lg] +F (\S+)\s+[0-9a-f]{16}(?: \.\w+)? (\S+)$/gm);
  return new Map([...rows].map(([, at, section, name]) => [`${section}+${Number.parseInt(at!, 16)}`, name!]));
}

/** Every function of the object: its stack, and what it calls, callbacks too. */
function codeOf(path: string): ReadonlyMap<string, Code> {
  const functions = functionsOf(path);
  const names = new Set(functions.values());
  const all = new Map<string, Code>();
  let code: Code = { bytes: 0, calls: new Set() };
  let section = '';
  let pointers = new Set<string>();
  let place = 0;
  const call = (name: string | undefined) => {
    if (name !== undefined && names.has(name)) code.calls.add(name);
  };
  const below = (offset: string | undefined) => {
    code.bytes = Math.max(code.bytes, Number(offset));
  };
  for (const line of listing(path).split('\n')) {
    section = /^Disassembly of section (\S+):/.exec(line)?.[1] ?? section;
    const name = /^[0-9a-f]+ <(.+)>:/.exec(line)?.[1];
    if (name !== undefined && names.has(name)) {
      code = { bytes: 0, calls: new Set() };
      pointers = new Set();
      all.set(name, code);
    }
    const target = /\sR_BPF_64_(?:32|64)\s+(\S+)$/.exec(line)?.[1];
    // A relocation stands behind its instruction, which says the place in `.text`.
    call(target === '.text' ? functions.get(`.text+${place}`) : target);
    const [, at, bytes = '', text = ''] = /^\s+(\d+):\s+((?:[0-9a-f]{2}\s){8})\s*(.*)$/.exec(line) ?? [];
    if (at === undefined) continue;
    const immediate = Buffer.from(bytes.replace(/\s/g, ''), 'hex').readInt32LE(4);
    // BPF_PSEUDO_CALL: counted in instructions, from the next one, or from the start of `.text`
    // less one.
    const isCall = bytes.startsWith('85 10 ');
    place = isCall ? (immediate + 1) * 8 : immediate;
    if (isCall && section === '.text' && immediate !== -1)
      call(functions.get(`${section}+${Number(at) * 8 + place}`));
    for (const [, offset] of text.matchAll(/r10 - (0x[0-9a-f]+|\d+)/g)) below(offset);
    const [, moved, offset] = /^(r\d) \+= -(0x[0-9a-f]+|\d+)$/.exec(text) ?? [];
    if (moved !== undefined && pointers.has(moved)) below(offset);
    const [, changed, value] = /^(r\d) \S?= (.*)$/.exec(text) ?? [];
    if (changed !== undefined && value === 'r10') pointers.add(changed);
    else if (changed !== undefined) pointers.delete(changed);
  }
  return all;
}

interface Chain {
  readonly bytes: number;
  readonly names: readonly string[];
}

/** The chains of calls that begin at a function, each whole. */
function* chainsFrom(name: string, all: ReadonlyMap<string, Code>): Generator<Chain> {
  const { bytes, calls } = all.get(name)!;
  const own = Math.ceil(Math.max(bytes, 1) / unit) * unit;
  if (calls.size === 0) yield { bytes: own, names: [name] };
  for (const next of calls)
    for (const rest of chainsFrom(next, all)) yield { bytes: own + rest.bytes, names: [name, ...rest.names] };
}

const variants = [false, true].flatMap((lean) =>
  [false, true].map((withoutBpfLoop) => ({ lean, withoutBpfLoop })),
);

it.each(variants)('every chain of calls fits the stack: %o', (variant) => {
  const all = codeOf(objectPath(variant));
  const chains = [...all.keys()].flatMap((name) => [...chainsFrom(name, all)]);
  // The measure itself: no function is missed, and the collector is below every program.
  expect(chains.some(({ names }) => names[0] === 'on_sched_process_exec' && names.length > 3)).toBe(true);
  expect(Math.max(...chains.map(({ bytes }) => bytes))).toBeGreaterThan(256);
  expect(chains.filter(({ bytes, names }) => bytes > mostBytes || names.length > mostFrames)).toEqual([]);
});
