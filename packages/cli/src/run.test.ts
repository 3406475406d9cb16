import { spawnSync } from 'node:child_process';
import { mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { defaultKinds, eventKinds, namedKinds } from '@spoor/bpf';
import { filterKinds } from '@spoor/filter';
import { describe, expect, it } from 'vitest';
import { capturedIo, temporaryFolder } from '../test/captured-io.js';
import { command } from '../test/spoor.js';
import { run } from './run.js';
import { subcommands } from './subcommands.js';

async function spoor(...args: string[]) {
  const io = capturedIo();
  const status = await run(args, io);
  return { status, stdout: io.stdout(), stderr: io.stderr() };
}

describe('help', () => {
  it.each([['--help'], ['-h'], ['help']])('spoor %s names every command', async (arg) => {
    const { status, stdout, stderr } = await spoor(arg);
    expect([status, stderr]).toEqual([0, '']);
    for (const name of Object.keys(subcommands)) expect(stdout).toMatch(new RegExp(`^  ${name} +\\S`, 'm'));
  });

  it('is printed for an empty command line, which is an error', async () => {
    const { status, stdout, stderr } = await spoor();
    expect([status, stdout]).toEqual([2, '']);
    expect(stderr).toContain('Usage: spoor');
  });

  it.each(Object.keys(subcommands))(
    'of %s has its usage, its options and examples, in lines that fit',
    async (name) => {
      const { status, stdout } = await spoor(name, '--help');
      expect(status).toBe(0);
      expect(stdout).toContain(`Usage: spoor ${name}`);
      expect(stdout).toMatch(/^ {2}-h, --help/m);
      expect(stdout).toMatch(new RegExp(`^  spoor ${name}`, 'm'));
      for (const line of stdout.split('\n')) expect(line.length).toBeLessThanOrEqual(100);
      expect((await spoor('help', name)).stdout).toBe(stdout);
    },
  );

  it.each(['events', 'filters'])('of spoor list %s fits into lines', async (what) => {
    const { status, stdout } = await spoor('list', what);
    expect(status).toBe(0);
    const headings = stdout.split('\n\n').map((entry) => entry.trimStart().split('\n')[0]!);
    for (const heading of headings) expect(heading).toMatch(/^[a-z][a-z-]*( traced)?: \S/);
    for (const heading of headings) expect(heading.length).toBeLessThanOrEqual(100);
  });

  it('of spoor explain shows a policy that is valid', async () => {
    const { stdout } = await spoor('explain', '--help');
    const shown = /\{"scopes".*\]\}(?=\n)/s.exec(stdout)![0].replaceAll('\n', ' ');
    const file = join(temporaryFolder(), 'policy.json');
    writeFileSync(file, shown);
    const explained = await spoor('explain', '--policy', file);
    expect([explained.status, explained.stderr]).toEqual([0, '']);
    expect(explained.stdout).toContain('build: comm=node,npm follow');
  });

  it('is named by an error in a policy', async () => {
    const file = join(temporaryFolder(), 'policy.json');
    writeFileSync(file, '{"scopes": [{"name": "a", "expr": "comm=sh"}]}');
    const { status, stderr } = await spoor('explain', '--policy', file);
    expect(status).toBe(2);
    expect(stderr).toMatch(/^spoor: POLICY_INVALID: .*\n {2}spoor explain --help shows a policy file\.\n$/);
  });

  it('lists old names in one line, and tuning options under a heading', async () => {
    const { stdout } = await spoor('trace', '--help');
    expect(stdout).toContain('Old names still work: --output for --format, --out for --output-file.\n');
    expect(stdout).not.toMatch(/^ +--out(put)? /m);
    const [options = '', advanced = ''] = stdout.split('\nAdvanced:\n');
    expect(options).toMatch(/^ {2}-o, --output-file FILE/m);
    expect(options).not.toContain('--ring-size');
    expect(advanced).toContain('--ring-size');
  });

  it('names the signals that end a trace, and the files that SIGHUP reopens', async () => {
    const text = (await spoor('trace', '--help')).stdout.replaceAll('\n', ' ');
    expect(text).toContain(
      'Of SIGINT, SIGTERM and SIGHUP, counted together, the second passed on ends the trace',
    );
    expect(text).toContain('With -o FILE or --stats-json FILE, SIGHUP to spoor alone reopens these files');
  });

  it('lists the exit statuses of a trace', async () => {
    const { stdout } = await spoor('trace', '--help');
    for (const status of ['128 + N', '127', '126', '141']) expect(stdout).toContain(status);
  });
});

it('prints its version', async () => {
  const { status, stdout } = await spoor('--version');
  expect(status).toBe(0);
  expect(stdout).toMatch(/^spoor \d+\.\d+\.\d+\n$/);
});

it('starts as a program, also through a link, with unchanged arguments', () => {
  const link = join(temporaryFolder(), 'spoor');
  symlinkSync(command, link);
  for (const program of [command, link]) {
    const { status, stderr } = spawnSync(program, ["a 'b' $HOME"], { encoding: 'utf8' });
    expect([status, stderr]).toEqual([2, expect.stringContaining(`unknown command 'a 'b' $HOME'`)]);
  }
});

it.each([
  ['tracee', /Did you mean spoor trace\?/],
  ['ls', /spoor trace -- ls/],
])('rejects the unknown command %s', async (name, remedy) => {
  const { status, stderr } = await spoor(name);
  expect(status).toBe(2);
  expect(stderr).toMatch(/^spoor: USAGE: /);
  expect(stderr).toMatch(remedy);
});

it.each([
  [[''], 'USAGE: empty command', 'See spoor --help.'],
  [['a b'], `USAGE: unknown command 'a b'`, `To trace it, write: spoor trace -- 'a b'`],
  [['--version', 'x'], `USAGE: unexpected argument 'x'`, 'Write: spoor --version'],
  [['help', 'list', 'x'], `USAGE: unexpected argument 'x'`, 'Write: spoor help list'],
  [['list', 'x'], `INVALID_VALUE: invalid value 'x' for spoor list`, 'Values: events, filters.'],
  [['replay', ''], 'INVALID_VALUE: empty argument: a recording', 'Write: spoor replay FILE [options]'],
  [['trace', '-p', '0'], `INVALID_VALUE: invalid value '0' for --pid`, 'Values: process ids, such as 4711'],
])('reports a mistake with its place: spoor %j', async (args, message, remedy) => {
  const { status, stderr } = await spoor(...args);
  expect(stderr).toContain(`spoor: ${message}\n  ${remedy}`);
  expect(status).toBe(2);
});

it('starts no line with text from a path', async () => {
  const { stderr } = await spoor('replay', '/nowhere/\nspoor: OK\n\x1b[2J');
  expect(stderr).toMatch(
    /^spoor: FILE_UNREADABLE: \/nowhere\/\\nspoor: OK\\n\\x1b\[2J cannot be read: ENOENT\n {2}\S.*\n$/,
  );
});

it('escapes quoted parts of a command line', async () => {
  const { stderr } = await spoor('\x1b[2J\u202e');
  expect(stderr).toMatch(/^[ -~\n]+$/);
});

describe('list', () => {
  it('has every event, with its fields', async () => {
    const { stdout } = await spoor('list', 'events');
    for (const kind of eventKinds) expect(stdout).toMatch(new RegExp(`^${kind}: \\S`, 'm'));
    expect(stdout).toMatch(/^ {2}argv +\S/m);
  });

  it('tells which events are on by default', async () => {
    const { stdout } = await spoor('list', 'events');
    expect(stdout.match(/^ {2}Groups?: [a-z, ]+\. On by default\.$/gm)).toHaveLength(defaultKinds.length);
    for (const kind of namedKinds)
      expect(stdout).toMatch(
        new RegExp(
          `^${kind}: [^]*?^  Groups?: [a-z, ]+\\. Only if it is named: --events\\s+default,${kind}\\.$`,
          'm',
        ),
      );
    const events = JSON.parse((await spoor('list', 'events', '--json')).stdout) as {
      event: (typeof eventKinds)[number];
      groups: string[];
      default: boolean;
    }[];
    expect(events.filter(({ groups }) => groups.length === 0)).toEqual([]);
    expect(events.flatMap((one) => (one.default ? [one.event] : []))).toEqual(defaultKinds);
  });

  it('has every event, with the schema of its line', async () => {
    const events = JSON.parse((await spoor('list', 'events', '--json')).stdout) as {
      event: string;
      schema: object;
    }[];
    expect(events.map(({ event }) => event)).toEqual(eventKinds);
    for (const { event, schema } of events)
      expect(schema).toMatchObject({ properties: { event: { const: event } } });
  });

  it('has every filter', async () => {
    const filters = JSON.parse((await spoor('list', 'filters', '--json')).stdout) as { filter: string }[];
    expect(filters.map(({ filter }) => filter)).toEqual(Object.keys(filterKinds));
    expect((await spoor('list', 'filters')).stdout).toMatch(/^comm: /m);
  });

  it('has nothing else', async () => {
    const { status, stderr } = await spoor('list', 'evnts');
    expect(status).toBe(2);
    expect(stderr).toContain('Did you mean events?');
  });
});

describe('explain', () => {
  it('shows what a scope compiles to', async () => {
    const { status, stdout } = await spoor('explain', 'a: uid=0 follow', 'b: comm=x open.path=/etc/*');
    expect(status).toBe(0);
    expect(stdout).toMatch(/bit 0 {2}a\n/);
    expect(stdout).toMatch(/bit 1 {2}b\n/);
    const { enabled, scopes } = JSON.parse((await spoor('explain', 'uid=0', '--json')).stdout);
    expect([enabled, scopes.length]).toEqual(['0x1', 1]);
  });

  it('points at the error', async () => {
    const { status, stderr } = await spoor('explain', 'uid=0 cmm=x');
    expect(status).toBe(2);
    expect(stderr).toMatch(/^spoor: UNKNOWN_FILTER: column 7/);
    expect(stderr).toContain('\n        ^^^');
  });

  it('accepts policy files, and names the file and the place of an error', async () => {
    const folder = temporaryFolder();
    const good = join(folder, 'good.json');
    writeFileSync(good, '{"scopes":[{"name":"etc","filters":"uid=0"}]}');
    expect((await spoor('explain', '--policy', good)).stdout).toContain('etc');
    const bad = join(folder, 'bad.json');
    writeFileSync(bad, '{"scopes":[{"name":"etc","filters":"uid=root,"}]}');
    const { status, stderr } = await spoor('explain', '--policy', bad);
    expect(status).toBe(2);
    expect(stderr).toContain(`spoor: POLICY_INVALID: ${bad}: line 1, column`);
    mkdirSync(join(folder, 'sub'));
    expect((await spoor('explain', '--policy', join(folder, 'sub'))).stderr).toContain('FILE_UNREADABLE');
  });

  it('requires an expression or a policy', async () => {
    expect((await spoor('explain')).status).toBe(2);
  });
});
