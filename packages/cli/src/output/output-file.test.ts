import { execFileSync } from 'node:child_process';
import {
  closeSync,
  existsSync,
  mkdirSync,
  openSync,
  readFileSync,
  statSync,
  symlinkSync,
  writeFileSync,
  writeSync,
} from 'node:fs';
import { join } from 'node:path';
import { expect, it, onTestFinished } from 'vitest';
import { temporaryFolder } from '../../test/captured-io.js';
import { abandonOutputFile, type OutputFile, openOutputFile } from './output-file.js';

async function opened(path: string): Promise<OutputFile> {
  const file = await openOutputFile(path);
  if ('standard' in file) throw new Error(`${path} is a standard stream`);
  onTestFinished(() => closeSync(file.fd));
  return file;
}

it('creates a file for its owner only, and appends to an existing file', async () => {
  const path = join(temporaryFolder(), 'out');
  const file = await opened(path);
  expect(file).toMatchObject({ created: true, isDescriptor: false });
  expect(statSync(path).mode & 0o777).toBe(0o600);
  writeFileSync(path, 'there\n');
  const again = await opened(path);
  expect(again.created).toBe(false);
  writeSync(again.fd, 'more\n');
  expect(readFileSync(path, 'utf8')).toBe('there\nmore\n');
});

it('follows links of its own user, on the way and at the end, and creates what a link leads to', async () => {
  const folder = temporaryFolder();
  mkdirSync(join(folder, 'real'));
  symlinkSync('real', join(folder, 'way'));
  symlinkSync('../real/made', join(folder, 'real', 'end'));
  const file = await opened(join(folder, 'way', '..', 'way', 'end'));
  expect(file.created).toBe(true);
  expect(existsSync(join(folder, 'real', 'made'))).toBe(true);
});

it.each([
  ['a folder', '.', 'EISDIR'],
  ['a path that ends with a slash', 'folder/', 'EISDIR'],
  ['a folder that is missing', 'missing/out', 'ENOENT'],
  ['a file in place of a folder', 'file/out', 'ENOTDIR'],
  ['links in a circle', 'circle', 'ELOOP'],
])('refuses %s by its errno', async (_, name, errno) => {
  const folder = temporaryFolder();
  mkdirSync(join(folder, 'folder'));
  writeFileSync(join(folder, 'file'), '');
  symlinkSync('circle', join(folder, 'circle'));
  await expect(openOutputFile(`${folder}/${name}`)).rejects.toMatchObject({
    code: 'OUTPUT_UNWRITABLE',
    message: `${folder}/${name} cannot be written: ${errno}`,
  });
});

it('opens a FIFO once it has a reader, and devices', async () => {
  const path = join(temporaryFolder(), 'pipe');
  execFileSync('mkfifo', [path]);
  const reader = openSync(path, 'r+');
  onTestFinished(() => closeSync(reader));
  expect((await opened(path)).stats.isFIFO()).toBe(true);
  expect((await opened('/dev/null')).stats.isCharacterDevice()).toBe(true);
});

it.runIf(process.platform === 'linux')('recognizes its own descriptors', async () => {
  expect(await openOutputFile('/dev/stdout')).toEqual({ standard: 1 });
  expect(await openOutputFile('/proc/self/fd/2')).toEqual({ standard: 2 });
  const path = join(temporaryFolder(), 'held');
  const fd = openSync(path, 'w');
  onTestFinished(() => closeSync(fd));
  writeSync(fd, 'held\n');
  const file = await opened(`/dev/fd/${fd}`);
  expect(file).toMatchObject({ created: false, isDescriptor: true });
  writeSync(file.fd, 'more\n');
  expect(readFileSync(path, 'utf8')).toBe('held\nmore\n');
});

it('removes an unused file only if it created it', async () => {
  const folder = temporaryFolder();
  const [made, there] = [join(folder, 'made'), join(folder, 'there')];
  writeFileSync(there, 'kept');
  for (const path of [made, there]) {
    const file = await openOutputFile(path);
    if (!('standard' in file)) await abandonOutputFile(file);
  }
  expect(existsSync(made)).toBe(false);
  expect(readFileSync(there, 'utf8')).toBe('kept');
});
