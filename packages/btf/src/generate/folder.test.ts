import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { errorOf } from '@spoor/core/testing';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { sampleObject } from '../../test/sample-object.js';
import { parseObject } from '../parse-object.js';
import { generate, staleFiles, updateFiles } from './index.js';
import { compareText } from './names.js';

const files = generate(parseObject(sampleObject()), { source: 'sample.o' });
const names = Object.keys(files).sort(compareText);
const head = files['names.ts']!.split('\n', 1)[0]!;

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'spoor-folder-'));
});
afterAll(() => rmSync(folder, { recursive: true }));

test('a folder is brought up to date, and only what was stale is touched', () => {
  const target = join(folder, 'gen');
  expect(staleFiles(target, files)).toEqual(names);
  expect(updateFiles(target, files)).toEqual(names);
  expect(updateFiles(target, files)).toEqual([]);
  writeFileSync(join(target, 'names.ts'), `${head}\nedited`);
  writeFileSync(join(target, 'old.ts'), `${head}\n`);
  expect(staleFiles(target, files)).toEqual(['names.ts', 'old.ts']);
  expect(updateFiles(target, files)).toEqual(['names.ts', 'old.ts']);
  expect(staleFiles(target, files)).toEqual([]);
  expect(readdirSync(target).sort(compareText)).toEqual(names);
  expect(readFileSync(join(target, 'names.ts'), 'utf8')).toBe(files['names.ts']);
});

test('files that were not generated are neither removed nor overwritten', () => {
  const target = join(folder, 'sources');
  updateFiles(target, {});
  writeFileSync(join(target, 'main.ts'), 'export {};\n');
  writeFileSync(join(target, 'README.md'), '');
  expect(updateFiles(target, files)).toEqual(names);
  expect(readFileSync(join(target, 'main.ts'), 'utf8')).toBe('export {};\n');

  writeFileSync(join(target, 'structs.ts'), '// mine\n');
  writeFileSync(join(target, 'enums.ts'), `${head}\nstale`);
  expect(errorOf(() => updateFiles(target, files))).toMatchObject({
    code: 'OUTPUT_UNWRITABLE',
    message: `${join(target, 'structs.ts')} was not generated, so it is not overwritten`,
  });
  expect(readFileSync(join(target, 'structs.ts'), 'utf8')).toBe('// mine\n');
  expect(readFileSync(join(target, 'enums.ts'), 'utf8')).toBe(`${head}\nstale`);
});
