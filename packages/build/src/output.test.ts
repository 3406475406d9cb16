import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { marker } from './module-text.js';
import { requireWritable, writeAll } from './output.js';

let folder: string;

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'spoor-output-'));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const names = ['kernel.js', 'kernel.d.ts', 'kernel.bpf.o'];
const check = (path: string) => requireWritable(join(folder, path), names, 'kernel.js');
const refused = (message: RegExp) =>
  expect.objectContaining({ code: 'OUTPUT_UNWRITABLE', message: expect.stringMatching(message) });

it.each(names)('refuses to overwrite %s if it was not generated', (name) => {
  const place = join(folder, `own-${name}`);
  mkdirSync(place);
  writeFileSync(join(place, name), 'mine');
  expect(() => check(`own-${name}`)).toThrow(refused(new RegExp(`${name} was not generated`)));
});

it('overwrites what was generated, objects beside a generated module among it', () => {
  const place = join(folder, 'generated');
  mkdirSync(place);
  for (const name of names) writeFileSync(join(place, name), name.endsWith('.o') ? 'ELF' : `${marker}\n`);
  check('generated');
  writeAll(place, new Map([[join(place, 'kernel.bpf.o'), 'new']]));
  expect(readFileSync(join(place, 'kernel.bpf.o'), 'utf8')).toBe('new');
  expect(new Set(readdirSync(place))).toEqual(new Set(names));
});

it('refuses a folder that is a file, or is below one', () => {
  writeFileSync(join(folder, 'file'), '');
  expect(() => check('file')).toThrow(refused(/file is not a folder/));
  expect(() => check('file/below/it')).toThrow(refused(/file is not a folder/));
});

it('refuses a file to be written that is a folder', () => {
  mkdirSync(join(folder, 'odd', 'kernel.d.ts'), { recursive: true });
  expect(() => check('odd')).toThrow(refused(/kernel\.d\.ts cannot be written/));
});

it('makes the folders above the files', () => {
  const place = join(folder, 'a', 'b');
  check('a/b');
  expect(existsSync(place)).toBe(false);
  writeAll(place, new Map([[join(place, 'kernel.js'), 'text']]));
  expect(readFileSync(join(place, 'kernel.js'), 'utf8')).toBe('text');
});

it('a folder below /proc is an error at once', () => {
  expect(() => writeAll('/proc/spoor/dist', new Map())).toThrow(refused(/\/proc\/spoor cannot be written/));
});
