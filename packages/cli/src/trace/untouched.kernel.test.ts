/**
 * Runs programs bare and under `spoor trace`, and compares their output, their files and their end.
 * Each program prints what it inherited, or depends on it.
 */
import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdirSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { useStage } from '../../test/actor.js';
import { until } from '../../test/leftovers.js';
import { keepOutput, type Program, programs } from '../../test/programs.js';
import { command } from '../../test/spoor.js';

const stage = useStage();

interface Outcome {
  readonly code: number | null;
  readonly signal: string | null;
  readonly stdout: string;
  readonly stderr: string;
  readonly files: Readonly<Record<string, string>>;
}

async function outcomeOf(program: Program, folder: string, traced: boolean): Promise<Outcome> {
  mkdirSync(folder);
  const { before = '', run, env = process.env, input = '', drawing, late, typed } = program;
  const whole = traced
    ? [command, 'trace', '--until', 'command', '--events', 'exec', '--output-file', '/dev/null', '--', ...run]
    : run;
  const words = ['sh', '-c', `${before}\nexec "$@"`, 'sh', ...whole];
  // `script` provides a terminal, and ends as the program does. Ctrl-C and Ctrl-\ also reach its
  // shell. Without the trap that shell ends, the terminal hangs up, and output may be lost.
  const line = words.map((word) => `'${word.replaceAll("'", `'\\''`)}'`).join(' ');
  const [file, ...args] =
    typed === undefined
      ? words
      : ['script', '-qefc', `trap : INT QUIT; ${line}; status=$?; stty -a; exit $status`, '/dev/null'];
  // The program gets its own process group, because some programs signal their group.
  const child = spawn(file!, args, { cwd: folder, env, stdio: ['pipe', 'pipe', 'pipe'], detached: true });
  const seen = { stdout: '', stderr: '' };
  const left = [...(typed ?? [])];
  let since = '';
  for (const name of ['stdout', 'stderr'] as const) {
    child[name].setEncoding('utf8').on('data', (text: string) => {
      seen[name] += text;
      since += text;
      if (left[0]?.[0].test(since) !== true) return;
      since = '';
      child.stdin.write(left.shift()![1]);
    });
  }
  if (typed === undefined) child.stdin.end(input);
  child.stdin.on('error', () => undefined);
  const [code, signal] = await once(child, 'close');
  child.stdin.end();
  if (late !== undefined) await until(() => existsSync(join(folder, late)));
  /** Removes the parts that differ between runs: the folder, and the process ids. */
  const constant = (text: string) =>
    (drawing ? text.slice(text.lastIndexOf('speed ')) : text)
      .replaceAll(folder, 'FOLDER')
      .replace(new RegExp(`^ *${child.pid} +${child.pid}\\n$`), 'leader')
      .replace(/(process group|\[\d\]) \d+/g, '$1 PID');
  const files = Object.fromEntries(
    readdirSync(folder, { withFileTypes: true })
      .filter((entry) => entry.isFile())
      .map(({ name }) => [name, readFileSync(join(folder, name), 'utf8')]),
  );
  return {
    code,
    signal,
    files,
    stdout: constant(seen.stdout),
    stderr: constant(seen.stderr),
  };
}

/** Continuous integration installs these programs. */
const inCi = process.env['CI'] === 'true';
const isThere = (program: string) => inCi || spawnSync('which', [program]).status === 0;
const known = programs
  .map((program, index) => ({ index, ...program }))
  .filter(({ run: [program = ''] }) => isThere(program));

it.each(known)('leaves $name as it is', async (program) => {
  const bare = await outcomeOf(program, join(stage.folder, `bare-${program.index}`), false);
  const traced = await outcomeOf(program, join(stage.folder, `traced-${program.index}`), true);
  expect(traced).toEqual(bare);
});

it('stops and continues with Ctrl-Z and fg, as a job of a shell', async () => {
  const folder = join(stage.folder, 'job');
  const run = `${command} trace --events exec --output-file /dev/null -- sh -c '${keepOutput}; echo ready; exec cat'`;
  const shell: Program = {
    name: 'job',
    run: ['bash', '--norc', '--noprofile', '-i'],
    env: { ...process.env, TERM: 'dumb', HISTFILE: '' },
    typed: [
      [/# $/, `${run}\n`],
      [/\nready\r\n$/, 'one\n'],
      [/one\r\none\r\n/, '\x1a'],
      [/Stopped.*# $/s, 'fg\n'],
      [/fg\r\n.*\r\n$/s, 'two\n'],
      [/two\r\ntwo\r\n/, '\x04'],
      [/# $/, 'exit $?\n'],
    ],
  };
  const { code, stdout } = await outcomeOf(shell, folder, false);
  expect(code).toBe(0);
  expect(stdout).toContain('two\r\ntwo');
});
