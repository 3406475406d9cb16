import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { readManifest } from './manifest.js';

let folder: string;

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'spoor-manifest-'));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const read = (text: string) => {
  writeFileSync(join(folder, 'package.json'), text);
  return readManifest(folder);
};

it('reads the lists, and an empty package.json where there is none', () => {
  expect(read('{ "name": "mine", "spoor": { "use": ["a"] } }')).toEqual({
    name: 'mine',
    spoor: { use: ['a'] },
  });
  expect(readManifest(join(folder, 'nothing'))).toEqual({});
});

it.each([
  ['{ "spoor": { "events": "umask.h" } }', /package\.json: "spoor\.events" is not a list of texts/],
  ['{ "spoor": { "use": [1] } }', /package\.json: "spoor\.use" is not a list of texts/],
  ['{ "spoor": [] }', /package\.json: "spoor" is not an object/],
  ['[]', /package\.json: it is not an object/],
  ['{ "spoor": ', /package\.json: .*JSON/],
])('refuses %s with the name of the file', (text, message) => {
  expect(() => read(text)).toThrow(
    expect.objectContaining({ code: 'EXTENSION_INVALID', message: expect.stringMatching(message) }),
  );
});
