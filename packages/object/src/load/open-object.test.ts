import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { SpoorError } from '@spoor/core';
import { errorOf } from '@spoor/core/testing';
import { afterAll, describe, expect, test } from 'vitest';
import { compileFixture } from '../../test/compile.js';
import { openObject } from '../index.js';

const path = compileFixture('basic');
const bytes = readFileSync(path);
const folder = mkdtempSync(join(tmpdir(), 'spoor-object-'));
afterAll(() => rmSync(folder, { recursive: true }));

/** Opens an object. Returns the code of its error, or `opened`. */
function outcome(source: string | Uint8Array): string {
  try {
    openObject(source, typeof source === 'string' ? {} : { name: 'given' }).close();
    return 'opened';
  } catch (error) {
    if (!(error instanceof SpoorError)) throw error;
    expect(error.message).toContain(typeof source === 'string' ? source : 'given');
    return error.code;
  }
}

describe('an invalid object', () => {
  test('cannot be read', () => {
    expect(outcome(join(folder, 'missing.o'))).toBe('FILE_UNREADABLE');
    expect(outcome(folder)).toBe('FILE_UNREADABLE');
  });

  test.each(['/dev/zero', '/dev/null'])('is not a regular file: %s', (device) => {
    expect(() => openObject(device)).toThrow(
      expect.objectContaining({
        code: 'FILE_UNREADABLE',
        message: `the object ${device} cannot be read: it is not a regular file`,
      }),
    );
  });

  test('is a pipe without a writer', () => {
    const pipe = join(folder, 'pipe');
    execFileSync('mkfifo', [pipe]);
    expect(outcome(pipe)).toBe('FILE_UNREADABLE');
  });

  test('is empty, a text, or a program of this machine', () => {
    expect(outcome(new Uint8Array(0))).toBe('OBJECT_INVALID');
    expect(outcome(Buffer.from('#!/bin/sh\nexit 0\n'))).toBe('OBJECT_INVALID');
    expect(outcome(process.execPath)).toBe('OBJECT_INVALID');
  });

  test('is truncated, wherever', () => {
    const lengths = Array.from({ length: 200 }, (_, index) => Math.floor((index * bytes.length) / 200));
    const outcomes = new Set(lengths.map((length) => outcome(bytes.subarray(0, length))));
    expect(outcomes).toEqual(new Set(['OBJECT_INVALID']));
    const cut = join(folder, 'cut.o');
    writeFileSync(cut, bytes.subarray(0, bytes.length - 1));
    expect(outcome(cut)).toBe('OBJECT_INVALID');
  });

  test('is compiled without BTF', () => {
    expect(outcome(compileFixture('no-btf', [], { btf: false }))).toBe('OBJECT_NO_BTF');
  });
});

test('a damaged object opens or is refused, and never ends the process', () => {
  let state = 1;
  const random = (below: number): number => {
    state = (state * 1_103_515_245 + 12_345) % 2 ** 31;
    return Math.floor((state / 2 ** 31) * below);
  };
  const outcomes = new Set<string>();
  for (let round = 0; round < 500; round++) {
    const damaged = Buffer.from(bytes);
    for (let hits = 1 + random(3); hits > 0; hits--) damaged[random(bytes.length)] = random(256);
    outcomes.add(outcome(damaged));
  }
  expect(outcomes).toContain('opened');
  expect(outcomes).toContain('BTF_INVALID');
  expect(
    [...outcomes].filter(
      (code) => !['opened', 'OBJECT_INVALID', 'OBJECT_NO_BTF', 'BTF_INVALID'].includes(code),
    ),
  ).toEqual([]);
});

test.each([
  [{ kernelBtf: 3 }, 'INVALID_VALUE', 'kernelBtf: expected a path, or bytes, got 3'],
  [{ name: '', layouts: [] }, 'INVALID_VALUE', 'layouts: expected an object'],
  [null, 'INVALID_VALUE', 'expected an object of options, got null'],
  [{ kernelBtff: 3 }, 'UNKNOWN_OPTION', 'unknown option "kernelBtff"'],
])('the options %j are refused', (options, code, message) => {
  const error = errorOf(() => openObject(path, options as never));
  expect(error).toMatchObject({ code, message: expect.stringContaining('openObject(): ') });
  expect(error.message).toContain(message);
  expect(error.remedy).toMatch(/^(Give|Options are|Did you mean kernelBtf\?)/);
});

test('an object reads the same wherever its bytes lie', () => {
  const shifted = new Uint8Array(bytes.length + 3);
  shifted.set(bytes, 3);
  using object = openObject(shifted.subarray(3), { name: 'shifted' });
  expect(object.programs.size).toBe(5);
  shifted.fill(0);
  expect(object.constants.get('label')?.value).toBe('unset');
});
