import { copyFileSync, existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { temporaryFolder } from '../../test/captured-io.js';
import { command, linesOf, startProgram } from '../../test/spoor.js';

/** Runs a line of bash, in which `$spoor` is the command. */
async function inShell(folder: string, line: string) {
  const env = { ...process.env, spoor: command };
  return startProgram('bash', ['-c', line], { cwd: folder, env }).ended;
}

it('runs and traces a command whose name is not UTF-8', async () => {
  const folder = temporaryFolder();
  copyFileSync('/bin/true', join(folder, 'tool'));
  const line = `mv tool $'t\\xff'; "$spoor" trace -e exec -f json -o - -- ./$'t\\xff' $'\\xfe'`;
  const { status, stdout, stderr } = await inShell(folder, line);
  expect([status, stderr]).toEqual([0, '']);
  expect(linesOf(stdout)).toMatchObject([{ event: 'exec', data: { argvRaw: ['2e2f74ff', 'fe'] } }]);
});

it('runs a command in a folder of PATH that is not UTF-8', async () => {
  const folder = temporaryFolder();
  copyFileSync('/bin/true', join(folder, 'tool-of-bytes'));
  const line = `mkdir $'b\\xff'; mv tool-of-bytes $'b\\xff'
    PATH="$PATH:$PWD/"$'b\\xff' "$spoor" trace -e exec -o /dev/null -- tool-of-bytes`;
  const { status, stderr } = await inShell(folder, line);
  expect([status, stderr]).toEqual([0, '']);
});

it('reports a missing command whose name is not UTF-8', async () => {
  const { status, stderr } = await inShell(temporaryFolder(), `"$spoor" trace -- $'no-such\\xff'`);
  expect(stderr).toMatch(/^spoor: COMMAND_NOT_FOUND: /m);
  expect(status).toBe(127);
});

it.each([
  [`replay $'rr\\xff'`, 'rr\\xff'],
  [`trace -e exec -o $'out\\xff' -- touch ran`, 'out\\xff'],
  [`trace --record=$'out\\xff' -- touch ran`, '--record=out\\xff'],
  [`explain $'comm=\\xff'`, 'comm=\\xff'],
])('refuses an argument that is not UTF-8: spoor %s', async (line, shown) => {
  const folder = temporaryFolder();
  const { status, stderr } = await inShell(folder, `"$spoor" ${line}`);
  expect(stderr).toMatch(/^spoor: INVALID_VALUE: the argument '.*' is not UTF-8\n {2}\S.*\n$/);
  expect(stderr).toContain(`'${shown}'`);
  expect(status).toBe(2);
  expect(readdirSync(folder)).toEqual([]);
});

it('accepts the replacement character in UTF-8', async () => {
  const folder = temporaryFolder();
  const { status } = await inShell(folder, `"$spoor" trace -e exec -o $'out\\ufffd' -- true`);
  expect(status).toBe(0);
  expect(existsSync(join(folder, 'out\ufffd'))).toBe(true);
});
