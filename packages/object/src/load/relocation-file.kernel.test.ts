import { execFileSync } from 'node:child_process';
import { readdirSync, readFileSync, readlinkSync } from 'node:fs';
import { type Btf, parseBtf, readKernelBtf, readObject } from '@spoor/btf';
import { expect, test } from 'vitest';
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
