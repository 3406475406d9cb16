import type { StdioOptions } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, existsSync, openSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { systemInfo } from '@spoor/object';
import { defaultRingSizes } from '@spoor/tracer/command';
import { expect, it } from 'vitest';
import { useStage } from '../../test/actor.js';
import { lastingOrphans, until } from '../../test/leftovers.js';
import { command, linesOf, spoor, startProgram, startSpoor } from '../../test/spoor.js';

const stage = useStage();

it('continues the command when standard error is closed, and exits as the command does', async () => {
  const file = join(stage.folder, 'after');
  const script = `${stage.actor} storm 500; : > ${file}; exit 6`;
  const { child, ended } = startSpoor(['trace', '--format', 'json', '--', 'sh', '-c', script]);
  child.stderr!.once('data', () => child.stderr!.destroy());
  expect((await ended).status).toBe(6);
  expect(existsSync(file)).toBe(true);
  expect(await lastingOrphans()).toEqual([]);
});

it('ends when its standard output is closed, and reports it', async () => {
  const stop = join(stage.folder, 'stop-reading');
  const script = `while [ ! -e ${stop} ]; do ${stage.actor} do; done`;
  const noise = startProgram('sh', ['-c', script]);
  const { child, ended } = startSpoor(['trace', '--scope', `tree=${noise.child.pid}`, '--events', 'exec']);
  child.stdout!.once('data', () => child.stdout!.destroy());
  const { status, stderr } = await ended;
  writeFileSync(stop, '');
  await noise.ended;
  expect(status).toBe(141);
  expect(stderr).toBe('spoor: OUTPUT_CLOSED: standard output was closed by its reader\n');
  expect(await lastingOrphans()).toEqual([]);
});

it.each(['--output-file', '--record', '--stats-json'])(
  'fails when the command removes the file of %s',
  async (option) => {
    const file = join(stage.folder, `removed${option}`);
    const ended = await spoor(['trace', '--events', 'exec', option, file, '--', 'rm', file]);
    expect(ended.status).not.toBe(0);
    expect(ended.stderr).toContain(`OUTPUT_UNWRITABLE: ${file} was removed during the trace`);
  },
);

it('reports a full device when the command has ended', async () => {
  const file = join(stage.folder, 'full');
  const ended = await spoor(['trace', '--output-file', '/dev/full', '--', stage.actor, 'do', 'create', file]);
  expect(ended.stderr).toMatch(/^spoor: OUTPUT_UNWRITABLE: \/dev\/full cannot be written: ENOSPC\n {2}\S/);
  expect(ended.status).toBe(2);
  expect(existsSync(file)).toBe(true);
});

it.each([
  ['--output-file', 'ENOSPC'],
  ['--stats-json', 'ENOSPC'],
  ['--record', 'ENOSPC'],
])('says that the device is full, and fails, though the command does not: %s', async (option, errno) => {
  const others = option === '--output-file' ? [] : ['--output-file', '/dev/null'];
  const { status, stderr } = await spoor(['trace', ...others, option, '/dev/full', '--', 'true']);
  expect(stderr).toMatch(
    new RegExp(`^spoor: OUTPUT_UNWRITABLE: /dev/full cannot be written: ${errno}\\n {2}Free space`),
  );
  expect(status).toBe(2);
});

it.each([
  ['--output-file', 8],
  ['--record', 4],
  ['--stats-json', 1],
])(
  'says that a file has reached the limit of its size, and keeps what is in it: %s',
  async (option, blocks) => {
    const file = join(stage.folder, `limited${option}`);
    const script = `ulimit -f ${blocks}; exec "$@"`;
    const others = option === '--output-file' ? [] : ['--output-file', '/dev/null'];
    const line = [command, 'trace', '--format', 'json', ...others, option, file];
    const { status, stderr } = await startProgram('bash', [
      ...['-c', script, 'bash', ...line, '--', stage.actor, 'storm', '300'],
    ]).ended;
    expect(stderr).toMatch(
      /^spoor: OUTPUT_UNWRITABLE: .* cannot be written: EFBIG\n {2}Raise the limit .*\(ulimit -f unlimited\)/,
    );
    expect(status).toBe(2);
    expect(statSync(file).size).toBe(blocks * 1024);
  },
);

it('fails when standard error has no room for requested output', async () => {
  const full = openSync('/dev/full', 'w');
  const options = { stdio: ['ignore', 'ignore', full] as StdioOptions };
  const { child } = startSpoor(['trace', '--output-file', '/dev/null', '--stats', '--', 'true'], options);
  closeSync(full);
  await once(child, 'exit');
  expect(child.exitCode).toBe(2);
});

it('waits for a slow reader, and delivers or counts everything', async () => {
  const count = 3000;
  const statsFile = join(stage.folder, 'slow-stats.json');
  const options = ['--events', 'exec', '--format', 'json', '--output-file', '-', '--stats-json', statsFile];
  const over = join(stage.folder, 'storm-over');
  const script = `${stage.actor} storm ${count}; : > ${over}`;
  const { child, ended } = startSpoor(['trace', ...options, '--', '/bin/sh', '-c', script]);
  // The reader begins after the storm. By then the pipe and the buffers of spoor have long been
  // full.
  child.stdout!.pause();
  await until(() => existsSync(over));
  child.stdout!.resume();
  const { status, stdout } = await ended;
  expect(status).toBe(0);
  const { exec } = (JSON.parse(readFileSync(statsFile, 'utf8')) as { events: Record<string, Counters> })
    .events;
  const dropped = Object.values(exec!.dropped).reduce((sum, one) => sum + one, 0);
  expect(exec!.delivered + dropped).toBe(count + 2);
  expect(linesOf(stdout).filter(({ event }) => event === 'exec')).toHaveLength(exec!.delivered);
});

interface Counters {
  readonly delivered: number;
  readonly dropped: Readonly<Record<string, number>>;
}

it('writes counters as JSON and as text', async () => {
  const file = join(stage.folder, 'stats.json');
  const { status, stderr } = await spoor([
    ...['trace', '--output-file', '/dev/null', '--stats', '--stats-json', file],
    ...['--', stage.actor, 'storm', '3'],
  ]);
  expect(status).toBe(0);
  const stats = JSON.parse(readFileSync(file, 'utf8')) as Record<string, Record<string, unknown>>;
  expect(stats['events']!['exec']).toEqual({ submitted: 4, delivered: 4, dropped: {} });
  expect(stats['state']).toMatchObject({ hits: expect.any(Number), misses: expect.any(Number) });
  const { lifecycle, activity } = defaultRingSizes(systemInfo().possibleCpus);
  expect(stats['rings']).toMatchObject({ lifecycle: { size: lifecycle }, activity: { size: activity } });
  const programs = stats['programs'] as unknown as { name: string; hook: string; runs: number }[];
  const forks = programs.find(({ name }) => name === 'on_sched_process_fork')!;
  expect(forks.hook).toBe('tp_btf/sched_process_fork');
  expect(forks.runs).toBeGreaterThanOrEqual(3);
  expect(stderr).toMatch(/^Events\n +submitted +delivered +dropped\n/);
  expect(stderr).toMatch(/^ +exec +4 +4 +0$/m);
});

it('ends after the given time, and the command continues', async () => {
  const folder = stage.folder;
  const script = 'while [ ! -e "$1"/go ]; do sleep 0.02; done; : > "$1"/went';
  const { child, ended } = startSpoor(
    ['trace', '--duration', '50ms', '--', 'sh', '-c', script, 'sh', folder],
    {
      stdio: ['ignore', 'ignore', 'pipe'],
    },
  );
  await until(() => child.exitCode !== null);
  expect(child.exitCode).toBe(0);
  writeFileSync(join(folder, 'go'), '');
  await until(() => existsSync(join(folder, 'went')));
  expect((await ended).stderr).toMatch(
    /spoor: time limit reached; the command is still running and goes on untraced\n$/,
  );
});

it('prints no notes with --quiet, but errors', async () => {
  const limited = ['trace', '--quiet', '-o', '/dev/null', '--duration', '1s', '--', 'sleep', '2'];
  expect((await spoor(limited)).stderr).toBe('');
  const failing = await spoor(['trace', '--quiet', '-o', '/dev/full', '--', 'true']);
  expect(failing.stderr).toMatch(/^spoor: OUTPUT_UNWRITABLE: /);
});

it('traces a running process and its descendants with --pid', async () => {
  const folder = stage.folder;
  const script = 'while [ ! -e "$1"/begin ]; do sleep 0.02; done; /bin/true here; : > "$1"/done';
  const shell = startProgram('sh', ['-c', script, 'sh', folder]);
  const out = join(folder, 'by-pid');
  const { child, ended } = startSpoor([
    'trace',
    '-p',
    `${shell.child.pid}`,
    '-e',
    'exec',
    '-f',
    'json',
    '-o',
    out,
  ]);
  await until(() => existsSync(out) && readFileSync(out, 'utf8').includes('sleep'));
  writeFileSync(join(folder, 'begin'), '');
  await until(() => readFileSync(out, 'utf8').includes('"here"'));
  child.kill('SIGINT');
  await Promise.all([ended, shell.ended]);
  const lines = linesOf(readFileSync(out, 'utf8'));
  expect(new Set(lines.map(({ ppid }) => ppid))).toEqual(new Set([shell.child.pid]));
});

it('prints colours on a terminal, unless the user disabled them', async () => {
  const line = `'${command}' trace --events exec -- '${stage.actor}' do`;
  const shown = async (env: NodeJS.ProcessEnv) =>
    (await startProgram('script', ['-qefc', line, '/dev/null'], { env: { ...process.env, ...env } }).ended)
      .stdout;
  expect(await shown({ TERM: 'xterm', NO_COLOR: '' })).toContain('\x1b[36mexec');
  const plain = await shown({ TERM: 'xterm', NO_COLOR: '1' });
  expect(plain).toContain('exec');
  expect(plain).not.toContain('\x1b');
});

it('shows outside names without obeying them', async () => {
  const name = join(stage.folder, 'a\nb\x1b]0;title\x07\u202e');
  writeFileSync(name, '');
  const argv = ['--', stage.actor, 'do', 'open', name];
  const escaped: Readonly<Record<string, RegExp>> = {
    table: /a\\nb\\x1b\]0;title\\x07\\u\{202e\}/,
    tree: /"\$\(printf '.*a\\nb\\033\]0;title\\007\\342\\200\\256'\)"/,
    json: /a\\nb\\u001b\]0;title\\u0007\\u202e/,
  };
  for (const output of Object.keys(escaped)) {
    const { status, stdout } = await spoor(['trace', '--format', output, '--output-file', '-', ...argv]);
    expect(status).toBe(0);
    // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what must not be there
    expect(stdout).not.toMatch(/[\x00-\x09\x0b-\x1f\x7f-\x9f\u202e]/);
    expect(stdout).toMatch(escaped[output]!);
  }
});
