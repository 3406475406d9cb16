import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { temporaryFolder } from '../test/captured-io.js';
import { command, type Ended, startProgram } from '../test/spoor.js';

const recording = join(import.meta.dirname, '..', 'tour', 'tour.spoor');

/** Runs `spoor` with a redirection of a shell. */
function redirected(redirection: string, args: readonly string[]): Promise<Ended> {
  return startProgram('sh', ['-c', `exec "$@" ${redirection}`, 'sh', command, ...args]).ended;
}

const refused =
  /^spoor: OUTPUT_UNWRITABLE: standard output cannot be written: EBADF\n {2}It is closed, or open for reading only\..*\n$/;

it.each(['>&-', '1</dev/null'])('reports a standard output that cannot be written: %s', async (output) => {
  for (const args of [
    ['--version'],
    ['list', 'events'],
    ['replay', recording],
    ['replay', recording, '--output-file', '/dev/stdout'],
  ]) {
    const { status, stderr } = await redirected(output, args);
    expect(stderr).toMatch(refused);
    expect(status).toBe(2);
  }
});

it.each(['>&-', '1</dev/null'])(
  'does not run a command whose trace cannot be written: %s',
  async (output) => {
    const ran = join(temporaryFolder(), 'ran');
    for (const options of [['--output-file', '-'], ['--stats-json', '-'], ['--output-file=/dev/stdout']]) {
      const { status, stderr } = await redirected(output, ['trace', ...options, '--', 'touch', ran]);
      expect(stderr).toMatch(refused);
      expect(status).toBe(2);
    }
    expect(existsSync(ran)).toBe(false);
  },
);

it.each([[], ['--record', '-', '--output-file', '/dev/null']])(
  'does not begin a trace of the machine that cannot be written: %s',
  async (...options) => {
    const { status, stderr } = await redirected('>&-', ['trace', '--duration', '100ms', ...options]);
    expect(stderr).toMatch(refused);
    expect(status).toBe(2);
  },
);

it('ends with an error if standard error is closed and gets the events', async () => {
  const ran = join(temporaryFolder(), 'ran');
  const { status } = await redirected('2>&-', ['trace', '--', 'touch', ran]);
  expect(status).toBe(2);
  expect(existsSync(ran)).toBe(false);
});

it('reports a closed standard input', async () => {
  const { status, stderr } = await redirected('<&-', ['replay', '-']);
  expect(stderr).toMatch(/^spoor: FILE_UNREADABLE: standard input cannot be read: EBADF\n/);
  expect(status).toBe(2);
});

it('does not mind closed streams that it does not use', async () => {
  const { status, stdout } = await redirected('<&- 2>&-', ['--version']);
  expect([status, stdout]).toEqual([0, expect.stringMatching(/^spoor \d/)]);
});
