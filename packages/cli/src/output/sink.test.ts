import { execFileSync } from 'node:child_process';
import {
  closeSync,
  constants,
  existsSync,
  mkdirSync,
  openSync,
  readFileSync,
  readSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { LineBuffer } from '@spoor/event';
import { expect, it } from 'vitest';
import { temporaryFolder } from '../../test/captured-io.js';
import { Sink } from './sink.js';
import { sinkError } from './sink-error.js';

it('writes many pieces in order, and reports when it is full', async () => {
  const path = join(temporaryFolder(), 'out');
  const sink = new Sink(openSync(path, 'w'), path);
  const line = `${'x'.repeat(1023)}\n`;
  expect(sink.full).toBe(false);
  for (let index = 0; index < 2048; index++) sink.write(line);
  expect(sink.full).toBe(true);
  await sink.drained();
  expect(sink.full).toBe(false);
  sink.write('end ☃\n');
  await sink.close();
  expect(readFileSync(path, 'utf8')).toBe(`${line.repeat(2048)}end ☃\n`);
  expect(sinkError(sink)).toBeUndefined();
});

it('keeps the order of text from before and after `through`', async () => {
  const path = join(temporaryFolder(), 'out');
  const sink = new Sink(openSync(path, 'w'), path);
  sink.write('before\n');
  const lines = new LineBuffer();
  sink.through(lines);
  lines.add('line\n');
  sink.added();
  sink.write('after\n');
  await sink.close();
  expect(readFileSync(path, 'utf8')).toBe('before\nline\nafter\n');
});

it('accepts more text than a string can hold', async () => {
  const sink = new Sink(openSync('/dev/null', 'w'), 'nowhere');
  const mebibyte = 'z'.repeat(1024 * 1024);
  for (let index = 0; index < 520; index++) sink.write(mebibyte);
  await sink.close();
  expect(sink.failure).toBeUndefined();
});

it('recognizes a regular file, and does not disturb the resolution of linked packages', () => {
  const folder = temporaryFolder();
  const inFolder = (...names: string[]) => join(folder, ...names);
  mkdirSync(inFolder('real'));
  symlinkSync('real', inFolder('link'));
  for (const name of ['one.cjs', 'two.cjs']) writeFileSync(inFolder('real', name), '');
  execFileSync('mkfifo', [inFolder('pipe')]);
  const pipe = openSync(inFolder('pipe'), constants.O_RDWR);
  const file = openSync(inFolder('real', 'one.cjs'), 'r');
  const { resolve } = createRequire(import.meta.url);
  expect(resolve(inFolder('real', 'one.cjs'))).toBe(inFolder('real', 'one.cjs'));
  expect(new Sink(file, 'file').isFile).toBe(true);
  expect(new Sink(pipe, 'pipe').isFile).toBe(false);
  expect(resolve(inFolder('link', 'two.cjs'))).toBe(inFolder('real', 'two.cjs'));
  closeSync(pipe);
  closeSync(file);
  expect(new Sink(1_000_000, 'none').isFile).toBe(false);
});

it('writes everything to a non-blocking pipe, as the reader makes room', async () => {
  const path = join(temporaryFolder(), 'pipe');
  execFileSync('mkfifo', [path]);
  const fd = openSync(path, constants.O_RDWR | constants.O_NONBLOCK);
  const sink = new Sink(fd, path);
  const text = `${'y'.repeat(99)}\n`.repeat(5000);
  sink.write(text);
  const buffer = Buffer.alloc(64 * 1024);
  let received = '';
  while (received.length < text.length) {
    await setTimeout(1);
    try {
      received += buffer.toString('utf8', 0, readSync(fd, buffer));
    } catch (error) {
      expect(error).toMatchObject({ code: 'EAGAIN' });
    }
  }
  await sink.close();
  expect(received).toBe(text);
  expect(sink.failure).toBeUndefined();
});

it('reports the first failure once, and discards later text', async () => {
  const sink = new Sink(openSync('/dev/full', 'w'), 'the full one');
  const failures: unknown[] = [];
  sink.onFailure = (error) => failures.push(error.code);
  sink.write('a\n');
  await sink.drained();
  sink.write('b\n');
  await sink.close();
  expect(failures).toEqual(['ENOSPC']);
  expect(sinkError(sink)).toMatchObject({
    code: 'OUTPUT_UNWRITABLE',
    message: 'the full one cannot be written: ENOSPC',
  });
});

it('distinguishes a closed reader from a failure', async () => {
  const path = join(temporaryFolder(), 'out');
  const fd = openSync(path, 'w');
  closeSync(fd);
  const sink = new Sink(fd, 'a closed one');
  sink.write('a\n');
  await sink.drained();
  expect(sink.failure?.code).toBe('EBADF');
  expect(sinkError(sink)?.code).toBe('OUTPUT_UNWRITABLE');
  expect(existsSync(path)).toBe(true);
});
