import { execFileSync } from 'node:child_process';
import { closeSync, mkdtempSync, openSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Worker } from 'node:worker_threads';
import { expect, test } from 'vitest';
import { koffiDriver } from './koffi.js';
import { bindNative, type Native } from './native.js';
import { machineCode } from './printer.js';

const garbage = Buffer.alloc(512, 1);

function openGarbage({ libbpf }: Native): void {
  expect(libbpf.bpf_object__open_mem(garbage, 512n, null)).toBe(0n);
}

test.each([
  ['x64', 'x86_64-linux-gnu'],
  ['arm64', 'aarch64-linux-gnu'],
])('the machine code for %s is printer.S, assembled', (arch, target) => {
  const folder = mkdtempSync(join(tmpdir(), 'spoor-printer-'));
  try {
    const [source, object, code] = [fileURLToPath(new URL('printer.S', import.meta.url)), 'o', 'code'];
    const march = arch === 'arm64' ? ['-march=armv8.5-a'] : [];
    execFileSync('clang', [`--target=${target}`, ...march, '-c', source, '-o', object], { cwd: folder });
    execFileSync('llvm-objcopy', ['-O', 'binary', '-j', '.text', object, code], { cwd: folder });
    expect(machineCode[arch]?.replaceAll('\n', '')).toBe(readFileSync(join(folder, code)).toString('hex'));
  } finally {
    rmSync(folder, { recursive: true });
  }
});

test('warnings since a mark are kept, without the prefix of libbpf and the line feed', () => {
  const native = bindNative(koffiDriver());
  const mark = native.messages.mark();
  expect(native.messages.since(mark)).toEqual([]);
  openGarbage(native);
  const messages = native.messages.since(mark);
  expect(messages.length).toBeGreaterThan(0);
  expect(messages[0]).toMatch(/^elf: .*\S$/);
  expect(native.messages.since(native.messages.mark())).toEqual([]);
});

test('the last 64 warnings are kept', () => {
  const native = bindNative(koffiDriver());
  const mark = native.messages.mark();
  while (native.messages.mark() - mark < 200) openGarbage(native);
  expect(native.messages.since(mark)).toHaveLength(64);
});

test('a warning of any length fits its slot', () => {
  const native = bindNative(koffiDriver());
  const mark = native.messages.mark();
  const name = `/${'x'.repeat(3000)}`;
  // Opens a file of that name, which is missing.
  const open = native.driver.open('libbpf.so.1').bind('btf__parse', {
    result: 'pointer',
    args: ['pointer', 'pointer'],
  }) as (path: Uint8Array, options: null) => bigint;
  expect(open(Buffer.from(`${name}\0`), null)).toBe(0n);
  openGarbage(native);
  for (const text of native.messages.since(mark)) expect(text.length).toBeLessThan(508);
});

test('bindings of one process share the messages', () => {
  const [first, second] = [bindNative(koffiDriver()), bindNative(koffiDriver())];
  const mark = first.messages.mark();
  openGarbage(second);
  expect(first.messages.since(mark)).toEqual(second.messages.since(mark));
  expect(first.messages.since(mark)).not.toEqual([]);
});

test('a failed load on another thread has its own messages', async () => {
  const native = bindNative(koffiDriver());
  const mark = native.messages.mark();
  const library = native.driver.open('libbpf.so.1');
  const call = library.bindAsync?.('bpf_object__open_mem', {
    result: 'pointer',
    args: ['pointer', 'u64', 'pointer'],
  }) as (bytes: bigint, length: bigint, options: bigint) => Promise<bigint>;
  await call(native.driver.address(garbage), 512n, 0n);
  expect(native.messages.mark()).toBeGreaterThan(mark);
  expect(native.messages.since(mark)).toEqual([]);
  // It was not a load.
  expect(native.messages.ofFailedLoad(mark, 'object')).toEqual([]);
});

test('a worker thread that ends takes no message with it', async () => {
  const native = bindNative(koffiDriver());
  const source = `
    const koffi = require('koffi');
    const libbpf = koffi.load('libbpf.so.1');
    libbpf.func('void *bpf_object__open_mem(void *, uint64_t, void *)')(Buffer.alloc(512, 1), 512, null);
  `;
  const mark = native.messages.mark();
  await new Promise((resolve, reject) => {
    new Worker(source, { eval: true }).on('exit', resolve).on('error', reject);
  });
  expect(native.messages.mark()).toBeGreaterThan(mark);
  openGarbage(native);
  expect(native.messages.since(mark)).not.toEqual([]);
});

test('libbpf writes nothing to the standard error of the process', () => {
  const native = bindNative(koffiDriver());
  const folder = mkdtempSync(join(tmpdir(), 'spoor-printer-'));
  const { dup, dup2 } = descriptors(native);
  const fd = openSync(join(folder, 'errors'), 'w');
  const before = dup(2);
  try {
    dup2(fd, 2);
    openGarbage(native);
  } finally {
    dup2(before, 2);
    for (const open of [fd, before]) closeSync(open);
  }
  expect(readFileSync(join(folder, 'errors'), 'utf8')).toBe('');
  rmSync(folder, { recursive: true });
});

function descriptors({ driver }: Native) {
  const libc = driver.open('libc.so.6');
  return {
    dup: libc.bind('dup', { result: 'i32', args: ['i32'] }) as (fd: number) => number,
    dup2: libc.bind('dup2', { result: 'i32', args: ['i32', 'i32'] }) as (fd: number, to: number) => number,
  };
}
