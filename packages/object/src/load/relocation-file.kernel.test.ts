import { execFileSync } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, readlinkSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Btf, parseBtf, readKernelBtf, readObject } from '@spoor/btf';
import { expect, onTestFinished, test } from 'vitest';
import { basicForKernel } from '../../test/kernel.js';
import { native } from '../ffi/native.js';
import { openObject } from '../index.js';
import { RelocationFile } from './relocation-file.js';

const basic = basicForKernel();

/** Descriptors of files for relocation that this process has. */
function filesOpen(): number {
  return readdirSync('/proc/self/fd').filter((fd) => linkOf(fd).includes('spoor-types')).length;
}

function linkOf(fd: string): string {
  try {
    return readlinkSync(`/proc/self/fd/${fd}`);
  } catch {
    // The descriptor by which the folder was read.
    return '';
  }
}

/** Returns the types of the kernel that relocate `basic`. */
function typesOfKernel(): Uint8Array {
  using file = RelocationFile.of(native(), readObject(basic))!;
  return new Uint8Array(readFileSync(file.path));
}

const places = (btf: Btf, struct: string, members: readonly string[]) =>
  btf
    .findStruct(struct)
    ?.members.filter(({ name }) => members.includes(name))
    .map(({ name, bitOffset, bitSize }) => [name, bitOffset, bitSize]);

test('the file has the fields that an object asks for, where the kernel has them', () => {
  using file = RelocationFile.of(native(), readObject(basic))!;
  const bytes = readFileSync(file.path);
  expect(bytes.length).toBeLessThan(4096);
  const small = parseBtf(bytes);
  const whole = readKernelBtf();
  for (const [struct, members] of [
    ['task_struct', ['tgid']],
    ['bpf_iter__task', ['meta', 'task']],
  ] as const)
    expect(places(small, struct, members)).toEqual(places(whole, struct, members));
});

test('the file goes with the opened object, and with the load', async () => {
  const before = filesOpen();
  const opened = openObject(basic);
  expect(filesOpen()).toBe(before + 1);
  opened.close();
  expect(filesOpen()).toBe(before);
  openObject(basic).load().close();
  expect(filesOpen()).toBe(before);
  const loaded = await openObject(basic).loadAsync();
  expect(filesOpen()).toBe(before);
  loaded.close();
});

test.each([0, 100])('an object loads without the file if files may have %d bytes', (limit) => {
  const before = filesOpen();
  const limitTo = (size: number | string) =>
    execFileSync('prlimit', ['--pid', String(process.pid), `--fsize=${size}:`]);
  limitTo(limit);
  try {
    expect(RelocationFile.of(native(), readObject(basic))).toBeUndefined();
    openObject(basic).load().close();
  } finally {
    limitTo('unlimited');
  }
  expect(filesOpen()).toBe(before);
});

test('an object is relocated by the types that are given, as a path or as bytes', () => {
  const bit = (name: string) => Number(places(readKernelBtf(), 'task_struct', [name])![0]![1]);
  const given = typesOfKernel();
  // The programs then read the priority of a task where they ask for its tgid.
  const words = new Uint32Array(given.buffer, given.byteOffset, given.length / 4);
  words[words.indexOf(bit('tgid'))] = bit('prio');
  const folder = mkdtempSync(join(tmpdir(), 'spoor-types-'));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  const path = join(folder, 'kernel.btf');
  writeFileSync(path, given);
  for (const kernelBtf of [given, path]) {
    using loaded = openObject(basic, { kernelBtf }).setConstant('target_tgid', 125).load();
    loaded.attach();
    execFileSync('nice', ['-n', '5', 'true']);
    expect(loaded.globals.read('seen_tgid')).toBe(125n);
  }
});

test('types that cannot be used are refused, with their path', () => {
  const before = filesOpen();
  const broken = typesOfKernel();
  broken[0] = 0;
  for (const [kernelBtf, code, place] of [
    ['/nonexistent.btf', 'BTF_MISSING', '/nonexistent.btf'],
    ['/etc/passwd', 'BTF_INVALID', '/etc/passwd'],
    [broken, 'BTF_INVALID', 'kernelBtf'],
  ] as const) {
    const failure = expect.objectContaining({ code, message: expect.stringContaining(place) });
    expect(() => openObject(basic, { kernelBtf })).toThrow(failure);
  }
  expect(filesOpen()).toBe(before);
});
