import { readFileSync } from 'node:fs';
import { SpoorError } from '@spoor/core';
import { expect, it } from 'vitest';
import { capturedIo } from '../test/captured-io.js';
import { reportFailure } from './failure.js';

async function report(error: unknown) {
  const io = capturedIo();
  const status = await reportFailure(error, io.err);
  await io.err.sink.drained();
  return { status, text: io.stderr() };
}

function failureOf(call: () => unknown): unknown {
  try {
    call();
  } catch (error) {
    return error;
  }
  throw new Error('it did not fail');
}

it.each(['EMFILE', 'ENFILE', 'ENOMEM', 'ENOSPC', 'EIO', 'EPERM'])(
  'reports %s of a call of Node.js as the machine, with a remedy',
  async (code) => {
    const error = Object.assign(new Error(`${code}: refused, open '/x/\x1b[2J\nspoor: OK'`), {
      code,
      syscall: 'open',
      errno: -5,
    });
    const { status, text } = await report(error);
    expect(text).toBe(
      `spoor: SYSCALL_FAILED: ${code}: refused, open '/x/\\x1b[2J\\nspoor: OK'\n  ${text.split('\n  ')[1]}`,
    );
    expect(text.split('\n')).toHaveLength(3);
    expect(status).toBe(1);
  },
);

it('reports an unknown error as a bug in spoor', async () => {
  for (const error of [new TypeError('x\nspoor: OK'), 'x', failureOf(() => readFileSync('/nowhere'))]) {
    const { status, text } = await report(error);
    expect(text).toMatch(/^spoor: INTERNAL: /);
    expect(text).not.toMatch(/^spoor: OK/m);
    expect(status).toBe(1);
  }
});

it('keeps the lines of its own message, and starts no line with outside text', async () => {
  const error = new SpoorError('SCOPE_SYNTAX', 'wrong here\n  uid=\n      ^\nspoor: OK', { remedy: 'a\nb' });
  const { text } = await report(error);
  expect(text).toBe('spoor: SCOPE_SYNTAX: wrong here\n  uid=\n      ^\\nspoor: OK\n  a\n  b\n');
});
