import { type ChildProcess, type SpawnOptions, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import type { Readable } from 'node:stream';

const folder = join(import.meta.dirname, '..');
/** The native launcher, and the script that it runs in Node.js. */
export const command = join(folder, 'bin', 'spoor');
export const script = join(folder, 'bin', 'spoor.cjs');
/** A running `spoor`. */
export interface Running {
  readonly child: ChildProcess;
  readonly ended: Promise<Ended>;
}

export interface Ended {
  /** The exit status; null after a signal. */
  readonly status: number | null;
  /** The signal that ended `spoor` itself. */
  readonly signal: NodeJS.Signals | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** Starts the built command through the launcher, as users do. */
export function startSpoor(args: readonly string[], options: SpawnOptions = {}): Running {
  return startProgram(command, args, options);
}

export function startProgram(program: string, args: readonly string[], options: SpawnOptions = {}): Running {
  if (!existsSync(join(folder, 'dist', 'main.cjs'))) {
    throw new Error('packages/cli is not built: pnpm exec turbo run build, or npm test at the root');
  }
  const child = spawn(program, args, { stdio: ['ignore', 'pipe', 'pipe'], ...options });
  const stdout = collect(child.stdout);
  const stderr = collect(child.stderr);
  const ended = once(child, 'exit').then(
    async ([status, signal]): Promise<Ended> => ({
      status,
      signal,
      stdout: await stdout(),
      stderr: await stderr(),
    }),
  );
  return { child, ended };
}

/** Collects the text of a stream. The result waits for the end of the stream. */
function collect(stream: Readable | null): () => Promise<string> {
  let all = '';
  stream?.setEncoding('utf8').on('data', (chunk: string) => {
    all += chunk;
  });
  return async () => {
    if (stream !== null && !stream.closed) await once(stream, 'close');
    return all;
  };
}

export function spoor(args: readonly string[], options: SpawnOptions = {}): Promise<Ended> {
  return startSpoor(args, options).ended;
}

/** Parses JSON lines. */
export function linesOf(output: string): Line[] {
  return output
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line) as Line);
}

export interface Line {
  readonly event: string;
  readonly time: string;
  readonly tgid: number;
  readonly tid: number;
  readonly ppid: number;
  readonly comm: string;
  readonly exe: string;
  readonly scopes: readonly string[];
  readonly data: Readonly<Record<string, unknown>>;
}
