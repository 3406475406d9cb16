import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { StructLayout } from '@spoor/btf';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { checkFields, importDeclaration } from './check-declarations.js';

let folder: string;

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'spoor-declarations-'));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const int = { kind: 'int', size: 4, signed: false } as const;
const layout: StructLayout = {
  kind: 'struct',
  name: 'umask_event',
  size: 16,
  fields: ['header', 'mask', 'mask_before'].map((name, at) => ({ name, offset: at * 4, layout: int })),
};
const event = (declaration = '/x/umask.ts') => ({
  ...{ kind: 'umask', name: 'umask', number: 40, header: '/x/umask.h', exported: 'umask', from: 'mine' },
  declaration,
  layout,
});
const number = (more: object = {}) => ({ form: { type: 'number' }, ...more });
const custom = { form: { type: 'custom', value: () => 1 } };

const refused = (message: RegExp, remedy: RegExp) =>
  expect.objectContaining({
    code: 'EXTENSION_INVALID',
    message: expect.stringMatching(message),
    remedy: expect.stringMatching(remedy),
  });

it('accepts fields of the struct, names that are given with from, and custom values', () => {
  checkFields(event(), {
    data: { mask: number(), before: number({ from: 'maskBefore', when: [{ field: 'mask' }] }), made: custom },
  });
});

it.each<[string, object, RegExp, RegExp]>([
  [
    'a misspelt field',
    { befour: number() },
    /umask\.ts: the field befour is not in struct umask_event of .*umask\.h/,
    /has: mask, maskBefore\./,
  ],
  [
    'a misspelt from',
    { before: number({ from: 'mask_before' }) },
    /the field before is made from mask_before, which is not/,
    /has: mask,/,
  ],
  [
    'a misspelt test',
    { mask: number({ when: [{ field: 'no' }] }) },
    /made from no, which is not/,
    /has: mask,/,
  ],
  ['a field without a form', { mask: 'text' }, /mask of umask is not made by a function/, /u32/],
])('refuses %s', (_, data, message, remedy) => {
  expect(() => checkFields(event(), { data })).toThrow(refused(message, remedy));
});

it('refuses a struct that does not begin with its header', () => {
  const odd = { ...event(), layout: { ...layout, fields: layout.fields.slice(1) } };
  expect(() => checkFields(odd, { data: {} })).toThrow(
    refused(/umask\.h: struct umask_event does not begin/, /event_header header/),
  );
});

it('refuses a declaration without fields', () => {
  expect(() => checkFields(event(), {})).toThrow(refused(/umask has no fields/, /declareEvent/));
});

const write = (name: string, text: string) => {
  const path = join(folder, name);
  writeFileSync(path, text);
  return event(path);
};

it('imports a declaration without its types', async () => {
  const umask = write(
    'good.ts',
    'import { sep } from "node:path";\nexport const umask: object = { data: { sep } };\n',
  );
  expect(await importDeclaration(umask)).toEqual({ data: { sep: '/' } });
});

it.each<[string, string, RegExp, RegExp]>([
  [
    'another export',
    'export const unmask = {};',
    /a\.ts: "umask" is not exported$/,
    /exports its event: umask/,
  ],
  [
    'a syntax error',
    'export const umask =\n  {{ };',
    /a\.ts:2:4: Unexpected token$/,
    /Correct the file there/,
  ],
  [
    'a missing file',
    'import x from "./no.js";\nexport const umask = x;',
    /a\.ts:1:15: Could not resolve/,
    /import/,
  ],
  ['a throw', 'export const umask = null.data;', /a\.ts: it cannot be imported: Cannot read/, /constants/],
])('names the file of a declaration with %s', async (_, text, message, remedy) => {
  await expect(importDeclaration(write('a.ts', text))).rejects.toThrow(refused(message, remedy));
});
