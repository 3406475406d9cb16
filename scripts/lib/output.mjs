/**
 * Output of the scripts: one line per step, on standard error. Standard output belongs to the
 * command.
 */
import process from 'node:process';

/**
 * A failure with nothing wrong in the scripts: its message is shown without a stack, and the
 * process exits with `status`.
 */
export class Failure extends Error {
  /**
   * @param {string} message
   * @param {{ status?: number, output?: string, cause?: unknown }} [options] `output`: what the
   *   failed tool printed
   */
  constructor(message, { status = 1, output = '', cause } = {}) {
    super(message, cause === undefined ? undefined : { cause });
    this.status = status;
    this.output = output.trim();
  }
}

/**
 * Colour only where a person looks: https://no-color.org (set and not empty), a terminal, and not a
 * dumb one.
 */
const colour = !process.env['NO_COLOR'] && process.stderr.isTTY === true && process.env['TERM'] !== 'dumb';

/** @param {number} code @returns {(text: string) => string} */
const paint = (code) => (text) => (colour ? `\u001b[${code}m${text}\u001b[0m` : text);
export const red = paint(31);
export const green = paint(32);
export const yellow = paint(33);

/** @param {string} line */
export function say(line) {
  process.stderr.write(`${line}\n`);
}

/** @param {number} ms @returns {string} such as `0.4 s` or `2 min 5 s` */
export function duration(ms) {
  const seconds = ms / 1000;
  if (seconds < 60) return `${seconds.toFixed(1)} s`;
  return `${Math.floor(seconds / 60)} min ${Math.round(seconds % 60)} s`;
}

/**
 * A step of some length: a line when it begins, and one when it has succeeded.
 *
 * @param {string} what
 * @param {() => Promise<void>} action
 */
export async function step(what, action) {
  say(`setup: ${what} …`);
  const began = performance.now();
  await action();
  say(`setup: done in ${duration(performance.now() - began)}`);
}

/** @param {Failure} failure */
export function sayFailure(failure) {
  // Our own words last: they are what to read first, and the end is what stays on a screen.
  if (failure.output !== '') say(`${failure.output}\n`);
  say(`${red('error:')} ${failure.message}`);
}

/**
 * @param {unknown} error
 * @returns {Failure | undefined} a mistake in the options, as parseArgs() reports it
 */
function usageFailure(error) {
  const isUsage =
    error instanceof Error && 'code' in error && String(error.code).startsWith('ERR_PARSE_ARGS');
  return isUsage ? new Failure(error.message, { status: 2 }) : undefined;
}

/**
 * The frame of every script: runs it, and turns a {@link Failure} into its text and its exit
 * status.
 *
 * @param {() => Promise<number | undefined>} main its result is the exit status; undefined leaves
 *   the status alone
 */
export async function script(main) {
  try {
    const status = await main();
    if (status !== undefined) process.exitCode = status;
  } catch (error) {
    const failure = error instanceof Failure ? error : usageFailure(error);
    if (failure === undefined) throw error;
    sayFailure(failure);
    process.exitCode = failure.status;
  }
}
