import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, openSync } from 'node:fs';
import type { Readable } from 'node:stream';
import { SpoorError } from '@spoor/core';
import { compileC } from './compile.js';

export interface LaunchOptions {
  /** Ends it, and whatever it has started. */
  readonly signal: AbortSignal;
  /** Lets it see tracefs, which some tracers need, in a mount namespace of its own. */
  readonly tracefs?: boolean;
  readonly env?: Readonly<Record<string, string>>;
  readonly cwd?: string;
  /** A file that its standard output goes to; else lines of it are heard. */
  readonly output?: string;
}

/** A line that a program wrote, and when it came: nanoseconds of `process.hrtime`. */
export interface Line {
  readonly text: string;
  readonly atNs: bigint;
}

interface Waiter {
  readonly wanted: (text: string) => boolean;
  readonly resolve: (line: Line) => void;
  readonly reject: (error: unknown) => void;
}

/** How long a line is waited for. */
const patienceMs = 60_000;
/** Lines that are kept for a failure's message. */
const keptLines = 20;

/**
 * Our own environment without what makes every Node.js do more at its start than it does elsewhere:
 * the certificates of NODE_EXTRA_CA_CERTS, which it reads whether it needs them or not, take longer
 * than an empty program.
 */
function plainEnvironment(): NodeJS.ProcessEnv {
  const { NODE_EXTRA_CA_CERTS: _certificates, NODE_OPTIONS: _options, ...rest } = process.env;
  return rest;
}

/**
 * A program that is measured or compared with, in a process group of its own. It is killed with all
 * that it has started when this is disposed of or the run is interrupted, and itself also when we
 * are killed.
 */
export class Launched implements AsyncDisposable {
  readonly #name: string;
  readonly #child: ChildProcess;
  readonly #signal: AbortSignal;
  readonly #begun: Promise<bigint>;
  readonly #exit: Promise<unknown>;
  readonly #waiters = new Set<Waiter>();
  readonly #recent: string[] = [];
  readonly #kill = () => this.#killGroup();
  #count = 0;
  #over = false;

  constructor(
    [program = '', ...args]: readonly string[],
    { signal, tracefs = false, env, cwd, output }: LaunchOptions,
  ) {
    signal.throwIfAborted();
    this.#name = program;
    this.#signal = signal;
    const launcher = [...(tracefs ? ['-t'] : []), program, ...args];
    const file = output === undefined ? undefined : openSync(output, 'w');
    this.#child = spawn(compileC('launch'), launcher, {
      detached: true,
      stdio: ['pipe', file ?? 'pipe', 'pipe', 'pipe'],
      env: { ...plainEnvironment(), ...env },
      ...(cwd === undefined ? {} : { cwd }),
    });
    if (file !== undefined) closeSync(file);
    signal.addEventListener('abort', this.#kill);
    // A missing answer reports a program that has ended.
    this.#child.stdin!.on('error', () => undefined);
    if (this.#child.stdout !== null) this.#listen(this.#child.stdout);
    this.#listen(this.#child.stderr!);
    this.#begun = once(this.#child.stdio[3] as Readable, 'data').then(([data]) =>
      BigInt(String(data).trim()),
    );
    this.#begun.catch(() => undefined);
    this.#exit = once(this.#child, 'close').finally(() => this.#end());
    this.#exit.catch(() => undefined);
  }

  get pid(): number {
    return this.#child.pid!;
  }

  /** Lines that it wrote, on both streams. */
  get lineCount(): number {
    return this.#count;
  }

  /** When it began, by the clock of `process.hrtime`: the moment before its exec. */
  get begunNs(): Promise<bigint> {
    return this.#begun;
  }

  /**
   * The next line that is wanted, on either stream.
   *
   * @throws SpoorError `UNSUPPORTED` when it ends before, with what it said last, or says nothing
   *   of the kind for a minute; the signal's reason
   */
  async line(wanted: (text: string) => boolean): Promise<Line> {
    const late = new AbortController();
    const timer = setTimeout(() => late.abort(), patienceMs);
    try {
      return await Promise.race([this.#wait(wanted), this.#silence(late.signal)]);
    } finally {
      clearTimeout(timer);
    }
  }

  /** Rejects when it has ended. */
  async gone(): Promise<never> {
    await this.#wait(() => false);
    throw this.#ended();
  }

  /** Has it do one thing, and waits for its answer: a number. */
  async do(command: string): Promise<number> {
    const answer = this.#wait(() => true);
    this.#child.stdin!.write(`${command}\n`);
    const { text } = await answer;
    const number = Number(text);
    if (Number.isFinite(number)) return number;
    throw new SpoorError('UNSUPPORTED', `${this.#name}: ${command}: ${text}`);
  }

  /** Writes a line to it, without waiting. */
  tell(command: string): void {
    this.#child.stdin!.write(`${command}\n`);
  }

  /** Its input ends; resolves when it has ended. */
  async finish(): Promise<void> {
    this.#child.stdin!.end();
    await this.#exit;
    this.#signal.throwIfAborted();
  }

  /** Asks it to end as Ctrl-C would, and waits until it has. */
  async interrupt(): Promise<void> {
    if (!this.#over) this.#child.kill('SIGINT');
    await this.#exit;
    this.#signal.throwIfAborted();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    if (!this.#over) this.#killGroup();
    await this.#exit;
  }

  #wait(wanted: (text: string) => boolean): Promise<Line> {
    if (this.#over) return Promise.reject(this.#ended());
    return new Promise((resolve, reject) => {
      this.#waiters.add({ wanted, resolve, reject });
    });
  }

  #silence(late: AbortSignal): Promise<never> {
    return new Promise((_, reject) => {
      late.addEventListener('abort', () =>
        reject(new SpoorError('UNSUPPORTED', `${this.#name} told of nothing within ${patienceMs / 1000} s`)),
      );
    });
  }

  #listen(stream: Readable): void {
    let rest = '';
    stream.setEncoding('utf8').on('data', (chunk: string) => {
      const atNs = process.hrtime.bigint();
      const lines = `${rest}${chunk}`.split('\n');
      rest = lines.pop() ?? '';
      for (const text of lines) this.#take({ text, atNs });
    });
  }

  #take(line: Line): void {
    this.#count++;
    this.#recent.push(line.text);
    if (this.#recent.length > keptLines) this.#recent.shift();
    for (const waiter of this.#waiters) {
      if (!waiter.wanted(line.text)) continue;
      this.#waiters.delete(waiter);
      waiter.resolve(line);
    }
  }

  #end(): void {
    this.#over = true;
    this.#signal.removeEventListener('abort', this.#kill);
    for (const { reject } of this.#waiters) reject(this.#ended());
    this.#waiters.clear();
  }

  #ended(): unknown {
    if (this.#signal.aborted) return this.#signal.reason;
    const { exitCode, signalCode } = this.#child;
    const said = this.#recent.map((text) => `\n  ${text}`).join('');
    return new SpoorError('UNSUPPORTED', `${this.#name} ended (${signalCode ?? exitCode}) too early:${said}`);
  }

  #killGroup(): void {
    try {
      process.kill(-this.#child.pid!, 'SIGKILL');
    } catch {
      // All of them have ended.
    }
  }
}
