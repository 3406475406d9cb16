import { mkdirSync, mkdtempSync, realpathSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { followLinks } from './links.js';

let folder: string;

beforeAll(() => {
  folder = realpathSync(mkdtempSync(join(tmpdir(), 'spoor-links-')));
  mkdirSync(join(folder, 'real/deep'), { recursive: true });
  writeFileSync(join(folder, 'real/file'), '');
  symlinkSync('real', join(folder, 'link'));
  symlinkSync(join(folder, 'link'), join(folder, 'second'));
  symlinkSync('../file', join(folder, 'real/deep/up'));
  symlinkSync('round', join(folder, 'round'));
  symlinkSync('gone/x', join(folder, 'dangling'));
  symlinkSync('/inside', join(folder, 'absolute'));
  mkdirSync(join(folder, 'inside'));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

describe('followLinks', () => {
  test.each([
    ['real/file', 'real/file', true],
    ['link/file', 'real/file', true],
    ['second/file', 'real/file', true],
    ['second/deep/up', 'real/file', true],
    ['link/deep/../file', 'real/file', true],
    ['.//link/./file/', 'real/file', true],
    ['link/missing/x', 'real/missing/x', false],
    ['link/missing/../x', 'real/x', false],
    ['dangling', 'gone/x', false],
    ['round', 'round', false],
  ])('%s leads to %s', (path, expected, exists) => {
    expect(followLinks(`${folder}/${path}`)).toEqual({ path: `${folder}/${expected}`, exists });
  });

  test('a path is relative to the working directory, and does not leave the root', () => {
    expect(followLinks('.')).toEqual({ path: realpathSync(process.cwd()), exists: true });
    expect(followLinks('/')).toEqual({ path: '/', exists: true });
    expect(followLinks('/../..')).toEqual({ path: '/', exists: true });
  });

  test('a relative path of a working directory that was removed leads nowhere', () => {
    const cwd = vi.spyOn(process, 'cwd').mockImplementation(() => {
      throw new Error('ENOENT: uv_cwd');
    });
    expect(followLinks('./file')).toEqual({ path: './file', exists: false });
    expect(followLinks(`${folder}/link/file`)).toEqual({ path: `${folder}/real/file`, exists: true });
    cwd.mockRestore();
  });

  test('in another root, absolute links start there', () => {
    expect(followLinks('/absolute', folder)).toEqual({ path: '/inside', exists: true });
    expect(followLinks('/../link/file', folder)).toEqual({ path: '/real/file', exists: true });
  });

  test.runIf(process.platform === 'linux')('/proc/self stays a name: it is another process for each', () => {
    expect(followLinks('/proc/self/status')).toEqual({ path: '/proc/self/status', exists: true });
  });
});
