import { chmodSync, existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { useStage } from '../../test/actor.js';
import { lastingOrphans } from '../../test/leftovers.js';
import { command, type Ended, spoor, startProgram } from '../../test/spoor.js';

const stage = useStage();

/** A command that leaves a file if it runs. */
function witness(name: string): { readonly ran: () => boolean; readonly argv: readonly string[] } {
  const file = join(stage.folder, `${name}-ran`);
  return { ran: () => existsSync(file), argv: [stage.actor, 'do', 'create', file] };
}

it.each([
  ['--argv-limit', '0', 'INVALID_VALUE', /^ {2}Values: a whole number from 1024 to 65536\.\n$/m],
  ['--argv-limit', '65537', 'INVALID_VALUE', /^ {2}Values: a whole number from 1024 to 65536\.\n$/m],
  ['--map-entries', '0', 'MAP_SIZE', /^ {2}Values: a whole number from 1 to 4294967295\.\n$/m],
  ['--ring-size', '12345', 'RING_SIZE', /^ {2}Values: a power of two from \d+ bytes .*\n$/m],
  ['--lifecycle-ring-size', '16', 'RING_SIZE', /^ {2}Values: a power of two from \d+ bytes .*\n$/m],
])('names the option of an impossible number: %s %s', async (option, value, code, remedy) => {
  const { stderr } = await spoor(['trace', option, value, '--', 'true']);
  expect(stderr).toContain(`spoor: ${code}: invalid value '${value}' for ${option}\n`);
  expect(stderr).toMatch(remedy);
});

it.each([
  ['--env', 'A=B'],
  ['--env-values', '*A'],
])('names the option of an impossible name: %s %s', async (option, value) => {
  const { stderr } = await spoor(['trace', option, value, '--', 'true']);
  expect(stderr).toMatch(
    `spoor: INVALID_VALUE: invalid value for ${option}\n  Values: names of 1 to 31 bytes without =`,
  );
});

it('names the option of a map beyond all memory', async () => {
  const { stderr } = await spoor(['trace', '--map-entries', '4294967295', '--', 'true']);
  expect(stderr).toMatch(/^spoor: MAP_SIZE: .* proc_info .*\n {2}Give --map-entries a smaller number\.\n$/);
});

it.each(['user', 'until'])('--%s without a command is a mistake', async (name) => {
  const { status, stderr } = await spoor(['trace', `--${name}`, 'command', '--duration', '100ms']);
  expect(stderr).toMatch(
    new RegExp(
      `^spoor: USAGE: --${name} has no effect without a command\\n {2}.* --${name} command -- ls /\\n$`,
    ),
  );
  expect(status).toBe(2);
});

function expectError({ stdout, stderr }: Ended, code: string): void {
  expect(stdout).toBe('');
  const [first, ...remedy] = stderr.trimEnd().split('\n');
  expect(first).toMatch(new RegExp(`^spoor: ${code}: \\S`));
  expect(remedy.length).toBeGreaterThan(0);
  for (const line of remedy) expect(line).toMatch(/^ {2}/);
}

it.each([
  ['an unknown option', ['--evnets', 'exec'], 'UNKNOWN_OPTION'],
  ['an unknown event', ['--events', 'exce'], 'UNKNOWN_EVENT'],
  ['an unknown filter', ['--scope', 'uidd=0'], 'UNKNOWN_FILTER'],
  ['a scope that is none', ['--scope', 'uid='], 'SCOPE_SYNTAX'],
  ['an unknown value', ['--format', 'xml'], 'INVALID_VALUE'],
  ['a map without entries', ['--map-entries', '0'], 'MAP_SIZE'],
  ['a map beyond all memory', ['--map-entries', '4294967295'], 'MAP_SIZE'],
  ['a ring of no power of two', ['--ring-size', '12345'], 'RING_SIZE'],
  ['a ring smaller than a page', ['--lifecycle-ring-size', '16'], 'RING_SIZE'],
  ['a ring without bytes', ['--ring-size', '0'], 'RING_SIZE'],
  ['an output in no folder', ['--output-file', '/nowhere/at/all'], 'OUTPUT_UNWRITABLE'],
  ['an output that is a folder', ['--output-file', '/'], 'OUTPUT_UNWRITABLE'],
  ['statistics that cannot be written', ['--stats-json', '/nowhere/at/all'], 'OUTPUT_UNWRITABLE'],
  ['a recording that cannot be written', ['--record', '/nowhere/at/all'], 'OUTPUT_UNWRITABLE'],
  ['a policy that is not there', ['--policy', '/nowhere/at/all'], 'FILE_UNREADABLE'],
])('%s is a mistake, and the command is not run', async (name, options, code) => {
  const { ran, argv } = witness(name.replaceAll(' ', '-'));
  const ended = await spoor(['trace', ...options, '--', ...argv]);
  expectError(ended, code);
  expect(ended.status).toBe(2);
  expect(ran()).toBe(false);
});

it('a command that does not exist is 127, and one that cannot be executed 126, as in a shell', async () => {
  const missing = await spoor(['trace', '--', 'no-such-command-anywhere']);
  expectError(missing, 'COMMAND_NOT_FOUND');
  expect(missing.status).toBe(127);

  const plain = join(stage.folder, 'plain');
  writeFileSync(plain, '');
  chmodSync(plain, 0o644);
  mkdirSync(join(stage.folder, 'sub'));
  for (const name of [plain, join(stage.folder, 'sub')]) {
    const refused = await spoor(['trace', '--', name]);
    expectError(refused, 'COMMAND_NOT_EXECUTABLE');
    expect(refused.status).toBe(126);
  }
});

it('reports a lack of privilege, and does not run the command', async () => {
  const { ran, argv } = witness('privilege');
  const ended = await startProgram('setpriv', [
    ...['--bounding-set=-all', '--inh-caps=-all', command],
    ...['trace', '--', ...argv],
  ]).ended;
  expectError(ended, 'NO_PRIVILEGE');
  expect(ended.status).toBe(1);
  expect(ran()).toBe(false);
});

it.each([
  ['koffee', 'FFI_UNKNOWN', 2],
  ['ffi-napi', 'FFI_UNAVAILABLE', 1],
])('the foreign-function driver %s is refused', async (driver, code, status) => {
  const ended = await spoor(['trace', '--', 'true'], { env: { ...process.env, SPOOR_FFI: driver } });
  expectError(ended, code);
  expect(ended.status).toBe(status);
});

it('leaves nothing loaded after an error', async () => {
  expect(await lastingOrphans()).toEqual([]);
});
