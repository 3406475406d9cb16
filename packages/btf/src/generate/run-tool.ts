import { spawnSync } from 'node:child_process';
import { SpoorError } from '@spoor/core';

/** A program of the system, and how it comes onto the machine. */
export interface Tool {
  readonly name: string;
  readonly args: readonly string[];
  /** A command for Debian. */
  readonly install: string;
  /** Its input, for messages. */
  readonly input: string;
}

const mostBytes = 512 * 1024 * 1024;

/**
 * Runs a program that writes its result to standard output.
 *
 * @throws {SpoorError} TOOL_MISSING, TOOL_FAILED
 *
 * @example
 * ```ts
 * const install = 'apt-get install nodejs';
 * const { output } = runTool({ name: 'node', args: ['--version'], install, input: 'no input' });
 * ```
 */
export function runTool(tool: Tool): { readonly output: Buffer; readonly messages: string } {
  const { name, args, install, input } = tool;
  const { status, signal, stdout, stderr, error } = spawnSync(name, args, {
    stdio: ['ignore', 'pipe', 'pipe'],
    maxBuffer: mostBytes,
  });
  if ((error as NodeJS.ErrnoException | undefined)?.code === 'ENOENT') {
    throw new SpoorError('TOOL_MISSING', `${name} is not installed`, {
      remedy: `On Debian: ${install}`,
      call: commandLine(tool),
      cause: error,
    });
  }
  const messages = stderr?.toString().trimEnd() ?? '';
  if (error === undefined && status === 0) return { output: stdout, messages };
  const reason = messages || error?.message || (signal === null ? `exit status ${status}` : signal);
  throw new SpoorError('TOOL_FAILED', `${name} failed on ${input}:\n  ${reason.replaceAll('\n', '\n  ')}`, {
    remedy: `To see it alone, run: ${commandLine(tool)}`,
    call: commandLine(tool),
    details: { status, signal, output: messages },
    cause: error,
  });
}

/** The words of a command as a shell takes them. */
export const commandLine = ({ name, args }: Pick<Tool, 'name' | 'args'>): string =>
  [name, ...args]
    .map((word) => (/^[\w@%+=:,./-]+$/.test(word) ? word : `'${word.replaceAll("'", "'\\''")}'`))
    .join(' ');
