import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { SpoorError } from '@spoor/core';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { compileError } from './compile-error.js';

let folder: string;
let header: string;

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'spoor-compile-error-'));
  header = join(folder, 'umask.h');
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const struct = 'struct umask_event {\n\tstruct event_header header;\n\t__u32 mask;\n};\n';
const fill = 'static __always_inline bool fill_umask(struct frame *frame) { return true; }\n';

/** Maps what clang printed about a header with this text. */
function map(text: string, output: string): unknown {
  writeFileSync(header, text);
  const event = { kind: 'umask', name: 'umask', number: 40, exported: 'umask', from: 'mine' };
  const remedy = 'To see it alone, run: clang -I/tmp/spoor-build-x';
  const error = new SpoorError('TOOL_FAILED', `clang failed:\n  ${output}`, { remedy });
  return compileError(error, [{ ...event, header, declaration: '' }]);
}

it.each([
  [
    'a function',
    `/* fill_umask() */ ${struct}`,
    /umask\.h: the function fill_umask is not/,
    /struct syscall/,
  ],
  ['a struct', fill, /umask\.h: struct umask_event is not defined/, /struct event_header header;/],
  [
    'the member header',
    `struct umask_event { __u32 mask; };\n${fill}`,
    /does not begin with header/,
    /header;/,
  ],
])('names the header that lacks %s', (_, text, message, remedy) => {
  expect(map(text, 'programs/syscall.h:122:25: error: no')).toMatchObject({
    code: 'EXTENSION_INVALID',
    message: expect.stringMatching(message),
    remedy: expect.stringMatching(remedy),
  });
});

it('keeps the messages of clang about a complete header, without a command that cannot be run', () => {
  const error = map(struct + fill, `${header}:3:1: error: unknown type`);
  expect(error).toMatchObject({
    code: 'TOOL_FAILED',
    message: expect.stringContaining('umask.h:3:1: error: unknown type'),
    remedy: expect.not.stringContaining('clang'),
  });
});

it('keeps an error that clang found in the header, whatever the header lacks', () => {
  expect(map(struct, `${header}:3:1: error: unknown type`)).toMatchObject({ code: 'TOOL_FAILED' });
});
