import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { constants } from 'node:os';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { expect, it } from 'vitest';
import { useStage } from '../../test/actor.js';
import { holdsPrograms, isPending, lastingOrphans, processesWith, until } from '../../test/leftovers.js';
import { command, script as nodeScript, startProgram, startSpoor } from '../../test/spoor.js';

const stage = useStage();

function folderFor(name: string): string {
  const folder = join(stage.folder, name);
  mkdirSync(folder);
  return folder;
}

/** A command that begins, and ends only by a signal. */
const sleeper = 'cd "$1" && : > began && exec sleep 1000';

const signals = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;
const rounds = Number(process.env['SPOOR_KILLS'] ?? 4);
const longestDelayMs = 1500;

it(`ends by a signal in whatever phase it comes, with all that it started: ${rounds} times`, {
  timeout: rounds * 30_000,
}, async () => {
  for (let round = 0; round < rounds; round++) {
    const folder = folderFor(`phase-${round}`);
    const name = signals[round % signals.length]!;
    const { child, ended } = startSpoor([
      'trace',
      '--output-file',
      '/dev/null',
      '--',
      'sh',
      '-c',
      sleeper,
      'sh',
      folder,
    ]);
    await setTimeout(Math.random() * longestDelayMs);
    child.kill(name);
    // It ends by the signal, as its command did.
    expect((await ended).signal).toBe(name);
    await until(() => processesWith(folder).length === 0);
    expect(await lastingOrphans()).toEqual([]);
  }
});

it('passes SIGTERM on, and exits as the command does', async () => {
  const folder = folderFor('term');
  const script = `cd "$1"; trap 'echo told; exit 7' TERM; : > began; while :; do sleep 0.05; done`;
  const { child, ended } = startSpoor([
    'trace',
    '--output-file',
    '/dev/null',
    '--',
    'sh',
    '-c',
    script,
    'sh',
    folder,
  ]);
  await until(() => existsSync(join(folder, 'began')));
  child.kill('SIGTERM');
  expect(await ended).toEqual({ status: 7, signal: null, stdout: 'told\n', stderr: '' });
});

it('ends the trace at the second signal, and waits for the command', async () => {
  const folder = folderFor('twice');
  const script = `cd "$1"; trap : INT; : > began; while [ ! -e stop ]; do sleep 0.02; done; exit 5`;
  const { child, ended } = startSpoor([
    'trace',
    '--output-file',
    '/dev/null',
    '--',
    'sh',
    '-c',
    script,
    'sh',
    folder,
  ]);
  await until(() => existsSync(join(folder, 'began')));
  for (let count = 0; count < 2; count++) {
    child.kill('SIGINT');
    // Two pending signals of one kind count as one.
    await until(() => !isPending(child.pid!, constants.signals.SIGINT));
  }
  await until(() => !holdsPrograms(child.pid!));
  expect(child.exitCode).toBe(null);
  writeFileSync(join(folder, 'stop'), '');
  const { status, stderr } = await ended;
  expect(status).toBe(5);
  expect(stderr).toBe(
    'spoor: tracing has stopped; the command is still running. Send the signal again to end spoor\n',
  );
});

it('ends at the third signal, and the command continues', async () => {
  const folder = folderFor('thrice');
  const script = `cd "$1"; trap : INT; : > began; while [ ! -e stop ]; do sleep 0.02; done; : > finished`;
  const { child, ended } = startSpoor(
    ['trace', '--output-file', '/dev/null', '--', 'sh', '-c', script, 'sh', folder],
    {
      stdio: 'ignore',
    },
  );
  await until(() => existsSync(join(folder, 'began')));
  while (child.exitCode === null && child.signalCode === null) {
    child.kill('SIGINT');
    await setTimeout(20);
  }
  expect((await ended).signal).toBe('SIGINT');
  writeFileSync(join(folder, 'stop'), '');
  await until(() => existsSync(join(folder, 'finished')));
  expect(await lastingOrphans()).toEqual([]);
});

it('ends at a signal after the end of the command, and writes the events so far', async () => {
  const folder = folderFor('left');
  // The command ends at once. Its descendant is still traced.
  const script = `cd "$1"; (trap '' INT; : > began; while [ ! -e stop ]; do sleep 0.02; done) & exit 4`;
  const { child, ended } = startSpoor([
    'trace',
    '--format',
    'tree',
    '--output-file',
    '-',
    '--',
    'sh',
    '-c',
    script,
    'sh',
    folder,
  ]);
  // The launcher, its witness, Node.js, and the descendant.
  await until(() => existsSync(join(folder, 'began')) && processesWith(folder).length === 4);
  // A signal near the end of the command belongs to the command and has no effect.
  for (let tries = 0; holdsPrograms(child.pid!); tries++) {
    if (tries % 100 === 20) child.kill('SIGINT');
    await setTimeout(50);
  }
  writeFileSync(join(folder, 'stop'), '');
  const { status, stdout } = await ended;
  expect(status).toBe(4);
  expect(stdout).toContain('exit 4');
  expect(stdout).toContain('still running');
});

it('leaves Ctrl-C to the command', async () => {
  const script = `trap 'echo caught; exit 9' INT; echo ready; while :; do sleep 0.05; done`;
  // `exec` replaces the shell. Otherwise the shell would get Ctrl-C too, and some shells then
  // return 130.
  const line = `exec '${command}' trace --output-file /dev/null -- sh -c "${script}"`;
  const { child, ended } = startProgram('script', ['-qefc', line, '/dev/null'], {
    stdio: ['pipe', 'pipe', 'pipe'],
  });
  let seen = '';
  child.stdout!.on('data', (chunk) => {
    seen += chunk;
  });
  await until(() => seen.includes('ready'));
  child.stdin!.write('\x03');
  const { status } = await ended;
  child.stdin!.end();
  expect(status).toBe(9);
  expect(seen.match(/caught/g)).toHaveLength(1);
});

it('loads under a timer that signals every tenth of a millisecond', async () => {
  const folder = folderFor('profiled');
  const profiler = ['--cpu-prof', `--cpu-prof-dir=${folder}`, '--cpu-prof-interval=100'];
  const { ended } = startProgram(process.execPath, [...profiler, nodeScript, 'trace', '--', 'true']);
  expect(await ended).toMatchObject({ status: 0 });
});
