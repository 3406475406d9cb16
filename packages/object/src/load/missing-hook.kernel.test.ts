import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { compileFixture } from '../../test/compile.js';
import { failureOf } from '../../test/failure.js';
import { buildProbes } from '../../test/probes.js';
import { openObject } from '../index.js';

const folder = mkdtempSync(join(tmpdir(), 'spoor-missing-hook-'));
afterAll(() => rmSync(folder, { recursive: true }));
const library = buildProbes(folder);
const text = join(folder, 'text.c');
writeFileSync(text, 'int frob(void);\n');

const attached = (hook: string) => {
  const opened = openObject(compileFixture('one-hook', [`HOOK="${hook}"`]));
  using loaded = opened.load();
  using _link = loaded.program('on_hook').attach();
};

test.each([
  [`uprobe/${folder}/no.so:frob`, 'file', `${folder}/no.so does not exist`],
  [`uprobe/${text}:frob`, 'file', `${text} is not an ELF file`],
  [`uprobe/${library}:spoor_frobnicat`, 'symbol', `${library} has no function spoor_frobnicat`],
  ['uprobe/libc.so.6:spoor_no_such_symbol', 'symbol', 'libc.so.6 has no function spoor_no_such_symbol'],
  ['uprobe/libspoor-no-such.so:frob', 'file', 'no libspoor-no-such.so in the usual folders'],
  [`usdt/${library}:spoor:no_such`, 'probe', `${library} has no USDT probe spoor:no_such`],
  [`usdt/${folder}/no.so:spoor:started`, 'file', `${folder}/no.so does not exist`],
  ['tracepoint/spoor/no_such', 'tracepoint', 'this kernel has no tracepoint spoor/no_such'],
  ['raw_tp/spoor_no_such', 'tracepoint', 'this kernel has no raw tracepoint spoor_no_such'],
])('a program for %s lacks the %s', (hook, missing, message) => {
  const error = failureOf(() => attached(hook));
  expect(error).toMatchObject({
    code: 'ATTACH_FAILED',
    details: { missing, program: 'on_hook', section: hook },
  });
  expect(error.message).toContain(message);
  expect(error.remedy).toEqual(expect.any(String));
  expect(JSON.parse(JSON.stringify(error.details))).toEqual(error.details);
});

test('a program for a missing function of the kernel fails with its name', () => {
  const error = failureOf(() => attached('kprobe/spoor_no_such_function'));
  expect(error.message).toMatch(/this kernel has no (function spoor_no_such_function|kprobes)/);
  expect(error.message).toContain('kprobe/spoor_no_such_function');
});

test('a program for a function that is there attaches', () => {
  attached(`uprobe/${library}:spoor_frobnicate`);
});
