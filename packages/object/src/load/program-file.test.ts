import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { buildProbes } from '../../test/probes.js';
import { type ProgramFile, readProgramFile } from './program-file.js';

const folder = mkdtempSync(join(tmpdir(), 'spoor-program-file-'));
afterAll(() => rmSync(folder, { recursive: true }));
const library = buildProbes(folder);

test('the functions and the USDT probes of a library are read', () => {
  const { functions, probes } = readProgramFile(library) as ProgramFile;
  expect(functions).toEqual(new Set(['spoor_frobnicate', 'spoor_hidden']));
  expect([...probes]).toEqual(['spoor:started']);
});

test('a stripped library has the functions that it exports', () => {
  const stripped = join(folder, 'stripped.so');
  execFileSync('llvm-strip', [library, '-o', stripped]);
  expect([...(readProgramFile(stripped) as ProgramFile).functions]).toEqual(['spoor_frobnicate']);
});

test('a file without hooks says why', () => {
  const file = (name: string, content: string | Uint8Array) => {
    writeFileSync(join(folder, name), content);
    return join(folder, name);
  };
  mkdirSync(join(folder, 'empty'));
  execFileSync('mkfifo', [join(folder, 'pipe')]);
  const whole = readFileSync(library);
  const narrow = Buffer.from(whole).fill(1, 4, 5);
  for (const [path, fault] of [
    ['/no/such/file', 'does not exist'],
    [`${library}/file`, 'does not exist'],
    [join(folder, 'empty'), 'is not a regular file'],
    [join(folder, 'pipe'), 'is not a regular file'],
    [file('text', 'int main() {}\n'), 'is not an ELF file'],
    [file('nothing', ''), 'is not an ELF file'],
    [file('narrow', narrow), 'is not an ELF file of 64 bits'],
    [file('short', whole.subarray(0, 20)), 'is not an ELF file of 64 bits'],
    [file('half', whole.subarray(0, whole.length / 2)), 'is a damaged ELF file'],
  ]) {
    expect(readProgramFile(path!), path).toEqual({ fault });
  }
});

test('a damaged file is read or has a fault, at every byte', () => {
  const whole = readFileSync(library);
  const damaged = join(folder, 'damaged');
  for (let at = 0; at < whole.length; at += 7) {
    const bytes = Buffer.from(whole);
    bytes[at] = bytes[at]! ^ 0xff;
    writeFileSync(damaged, bytes);
    const file = readProgramFile(damaged);
    expect('fault' in file || file.functions.size >= 0).toBe(true);
  }
});
