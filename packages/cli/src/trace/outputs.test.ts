import {
  existsSync,
  linkSync,
  mkdirSync,
  readFileSync,
  renameSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { SpoorError } from '@spoor/core';
import { expect, it } from 'vitest';
import { capturedIo, temporaryFolder } from '../../test/captured-io.js';
import { inputFile, Outputs, type WantedOutputs } from './outputs.js';

function open(wanted: Omit<WantedOutputs, 'fallback' | 'out'> & { readonly out?: string }): Promise<Outputs> {
  const io = capturedIo();
  return Outputs.open(io, { out: undefined, fallback: io.err, ...wanted });
}

it('replaces what the files held', async () => {
  const folder = temporaryFolder();
  const [out, stats] = [join(folder, 'out'), join(folder, 'stats')];
  for (const path of [out, stats]) writeFileSync(path, 'old, and longer than what is new\n');
  const outputs = await open({ out, stats });
  outputs.events.sink.write('events\n');
  outputs.stats!.write('counters\n');
  expect(await outputs.close()).toBeUndefined();
  expect(readFileSync(out, 'utf8')).toBe('events\n');
  expect(readFileSync(stats, 'utf8')).toBe('counters\n');
});

it.each([
  ['by the path', 'file', 'file'],
  ['by another spelling', 'file', './folder/../file'],
  ['by a symbolic link', 'file', 'symbolic'],
  ['by a hard link', 'file', 'hard'],
])('refuses the same file for two outputs, %s, and changes nothing', async (_, one, other) => {
  const folder = temporaryFolder();
  mkdirSync(join(folder, 'folder'));
  writeFileSync(join(folder, 'file'), 'untouched');
  linkSync(join(folder, 'file'), join(folder, 'hard'));
  symlinkSync('file', join(folder, 'symbolic'));
  const [first, second] = [`${folder}/${one}`, `${folder}/${other}`];
  for (const [names, wanted] of [
    [`--output-file ${first} and --record ${second}`, { out: first, record: second }],
    [`--output-file ${first} and --stats-json ${second}`, { out: first, stats: second }],
    [`--record ${first} and --stats-json ${second}`, { record: first, stats: second }],
  ] as const) {
    await expect(open(wanted)).rejects.toMatchObject({
      code: 'OUTPUT_UNWRITABLE',
      message: `${names} are the same file`,
      remedy: expect.stringMatching(/\w/),
    });
  }
  expect(readFileSync(join(folder, 'file'), 'utf8')).toBe('untouched');
});

it('removes the files that it created before it refused', async () => {
  const path = join(temporaryFolder(), 'new');
  await expect(open({ out: path, stats: path })).rejects.toThrow('are the same file');
  expect(existsSync(path)).toBe(false);
});

it('refuses a standard stream for two outputs', async () => {
  const io = capturedIo();
  const fallback = io.out;
  await expect(Outputs.open(io, { out: '-', fallback, stats: '-' })).rejects.toMatchObject({
    code: 'USAGE',
    message: '--output-file - and --stats-json - are the same stream',
  });
  await expect(Outputs.open(io, { out: undefined, fallback, stats: '-' })).rejects.toMatchObject({
    code: 'USAGE',
    message: 'standard output, which gets the events, and --stats-json - are the same stream',
  });
});

it('accepts a device for several outputs', async () => {
  const outputs = await open({ out: '/dev/null', record: '/dev/null', stats: '/dev/null' });
  expect(await outputs.close()).toBeUndefined();
});

it('refuses an output that is an input, and changes nothing', async () => {
  const folder = temporaryFolder();
  const path = join(folder, 'policy.json');
  writeFileSync(path, '{}');
  const link = join(folder, 'link');
  symlinkSync('policy.json', link);
  await expect(open({ out: link, inputs: [inputFile('the policy', path)!] })).rejects.toMatchObject({
    code: 'OUTPUT_UNWRITABLE',
    message: `--output-file ${link} would overwrite the policy ${path}`,
  });
  expect(readFileSync(path, 'utf8')).toBe('{}');
});

it('reports every output that could not be written', async () => {
  const outputs = await open({ out: '/dev/full', stats: '/dev/full' });
  outputs.events.sink.write('events\n');
  outputs.stats!.write('counters\n');
  expect(await outputs.close()).toMatchObject({
    code: 'OUTPUT_UNWRITABLE',
    message: '/dev/full cannot be written: ENOSPC',
    remedy: expect.stringContaining('Free space'),
  });
});

it('continues in a new file after the old one was renamed, after a whole line', async () => {
  const folder = temporaryFolder();
  const [out, stats] = [join(folder, 'out'), join(folder, 'stats')];
  const outputs = await open({ out, stats });
  outputs.events.sink.write('one\n');
  for (const path of [out, stats]) renameSync(path, `${path}.1`);
  const reopened = outputs.reopen();
  expect(await reopened).toBeUndefined();
  outputs.events.sink.write('two\n');
  outputs.stats!.write('counters\n');
  expect(await outputs.close()).toBeUndefined();
  expect(readFileSync(`${out}.1`, 'utf8')).toBe('one\n');
  expect(readFileSync(out, 'utf8')).toBe('two\n');
  expect(readFileSync(`${stats}.1`, 'utf8')).toBe('');
  expect(readFileSync(stats, 'utf8')).toBe('counters\n');
});

it('appends to a file that was not renamed, or was copied and emptied', async () => {
  const out = join(temporaryFolder(), 'out');
  const outputs = await open({ out });
  outputs.events.sink.write('one\n');
  expect(await outputs.reopen()).toBeUndefined();
  outputs.events.sink.write('two\n');
  await outputs.events.sink.drained();
  expect(readFileSync(out, 'utf8')).toBe('one\ntwo\n');
  writeFileSync(out, '');
  outputs.events.sink.write('three\n');
  await outputs.close();
  expect(readFileSync(out, 'utf8')).toBe('three\n');
});

it('reports a failed reopen, and continues in the old file', async () => {
  const folder = temporaryFolder();
  const [out, stats] = [join(folder, 'out'), join(folder, 'stats')];
  const outputs = await open({ out, stats });
  renameSync(out, `${out}.1`);
  renameSync(stats, `${stats}.1`);
  mkdirSync(out);
  const failure = await outputs.reopen();
  expect(failure).toBeInstanceOf(SpoorError);
  expect(failure).toMatchObject({ code: 'OUTPUT_UNWRITABLE', message: `${out} cannot be written: EISDIR` });
  outputs.events.sink.write('two\n');
  outputs.stats!.write('counters\n');
  expect(await outputs.close()).toBeUndefined();
  expect(readFileSync(`${out}.1`, 'utf8')).toBe('two\n');
  expect(readFileSync(stats, 'utf8')).toBe('counters\n');
});

it('does not reopen into another output', async () => {
  const folder = temporaryFolder();
  const [out, stats] = [join(folder, 'out'), join(folder, 'stats')];
  const outputs = await open({ out, stats });
  rmSync(stats);
  linkSync(out, stats);
  expect(await outputs.reopen()).toMatchObject({ message: expect.stringContaining('are the same file') });
  await outputs.close();
});

it('has nothing to reopen in devices and recordings, nor after the end', async () => {
  const folder = temporaryFolder();
  const record = join(folder, 'record');
  const outputs = await open({ out: '/dev/null', record });
  renameSync(record, `${record}.1`);
  expect(await outputs.reopen()).toBeUndefined();
  expect(existsSync(record)).toBe(false);
  await outputs.close();
  expect(await outputs.reopen()).toBeUndefined();
});
