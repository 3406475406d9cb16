/**
 * Child processes: their environment, their output, and the signals that reach us while they run.
 */
import { spawn } from 'node:child_process';
import { accessSync, constants, mkdirSync, statSync } from 'node:fs';
import { homedir } from 'node:os';
import { delimiter, join } from 'node:path';
import process from 'node:process';
import { Failure } from './output.mjs';
import { inRoot, pinnedPnpm, root } from './workspace.mjs';

/** The folder of the pinned pnpm. Its name has the version, so a new pin is a new folder. */
export const pnpmFolder = () => inRoot('.tools', `pnpm-${pinnedPnpm()}`);

/** @param {string} folder @returns {boolean} */
function writable(folder) {
  try {
    accessSync(folder, constants.W_OK);
    return statSync(folder).isDirectory();
  } catch {
    return false;
  }
}

/**
 * The environment of the tools: the workspace's own programs and the pinned pnpm come first on
 * PATH, and nothing reports home. npm, pnpm and turbo all write below HOME; where that cannot be
 * written they get one inside the tree, with the person's .npmrc, which may name a registry.
 *
 * @returns {NodeJS.ProcessEnv}
 */
function toolEnvironment() {
  const env = { ...process.env };
  const own = [inRoot('node_modules', '.bin'), join(pnpmFolder(), 'node_modules', '.bin')];
  env['PATH'] = [...own, env['PATH'] ?? ''].join(delimiter);
  // Some tools colour whenever CI is set: what is not seen on a terminal is plain.
  if (process.stdout.isTTY !== true && env['FORCE_COLOR'] === undefined) env['NO_COLOR'] = '1';
  env['TURBO_TELEMETRY_DISABLED'] = '1';
  env['TURBO_NO_UPDATE_NOTIFIER'] = '1';
  const home = homedir();
  if (!writable(home)) {
    env['NPM_CONFIG_USERCONFIG'] ??= join(home, '.npmrc');
    env['HOME'] = inRoot('.tools', 'home');
    for (const name of ['XDG_CACHE_HOME', 'XDG_CONFIG_HOME', 'XDG_DATA_HOME', 'XDG_STATE_HOME', 'PNPM_HOME'])
      delete env[name];
    mkdirSync(env['HOME'], { recursive: true });
  }
  return env;
}

/**
 * @typedef {object} Ended
 * @property {number} status the exit status; 128 + n after signal n, as a shell has it
 * @property {string} output both streams, in the order of arrival; empty when shown
 * @property {boolean} [late] it was ended for its time limit, or abandoned
 */

const signals = /** @type {const} */ (['SIGINT', 'SIGTERM', 'SIGHUP']);
const signalNumbers = { SIGHUP: 1, SIGINT: 2, SIGTERM: 15 };

/**
 * @typedef {object} RunOptions
 * @property {string} [cwd]
 * @property {NodeJS.ProcessEnv} [env]
 * @property {boolean} [show] its output goes where ours goes instead of into the result
 * @property {readonly number[]} [fds] descriptors that it has as 3, 4, …
 * @property {(text: string) => void} [onOutput] told of its output, in pieces as they come
 * @property {number} [limitMs] after which it is killed
 * @property {AbortSignal} [abandon] at which it is killed as well
 */

/**
 * Runs a program to its end, without standard input. A signal to us is passed on to it, and when it
 * has ended we end by the same signal, so that nothing is left half-way without an owner.
 *
 * @param {string} command
 * @param {readonly string[]} args
 * @param {RunOptions} [options]
 * @returns {Promise<Ended>}
 */
export function run(command, args, options = {}) {
  const { cwd = root, env = toolEnvironment(), show = false, fds = [], onOutput, limitMs, abandon } = options;
  return new Promise((resolve, reject) => {
    const stream = show ? 'inherit' : 'pipe';
    const child = spawn(command, args, { cwd, env, stdio: ['ignore', stream, stream, ...fds] });
    /** @type {Buffer[]} */
    const chunks = [];
    const hear = (/** @type {Buffer} */ chunk) => {
      chunks.push(chunk);
      onOutput?.(chunk.toString('utf8'));
    };
    child.stdout?.on('data', hear);
    child.stderr?.on('data', hear);
    let late = false;
    const end = () => {
      late = true;
      child.kill('SIGKILL');
    };
    const limit = limitMs === undefined ? undefined : setTimeout(end, limitMs);
    abandon?.addEventListener('abort', end, { once: true });

    /** @type {(typeof signals)[number] | undefined} */
    let interrupted;
    const handlers = signals.map((signal) => {
      const handler = () => {
        interrupted = signal;
        child.kill(signal);
      };
      process.on(signal, handler);
      return /** @type {const} */ ([signal, handler]);
    });
    const settle = (/** @type {() => void} */ action) => {
      clearTimeout(limit);
      abandon?.removeEventListener('abort', end);
      for (const [signal, handler] of handlers) process.off(signal, handler);
      if (interrupted === undefined) action();
      else process.kill(process.pid, interrupted);
    };
    child.on('error', (cause) =>
      settle(() => reject(new Failure(`cannot run ${command}: ${cause.message}`, { cause }))),
    );
    child.on('close', (code, signal) => {
      const number =
        signal === null ? 0 : (signalNumbers[/** @type {keyof typeof signalNumbers} */ (signal)] ?? 0);
      const output = Buffer.concat(chunks).toString('utf8');
      settle(() => resolve({ status: code ?? 128 + number, output, late }));
    });
  });
}

/**
 * @param {string} name
 * @returns {string | undefined} the path of the program `name`. The administrator's folders count
 *   too: Debian keeps bpftool there, and a plain user's PATH does not have them.
 */
export function findProgram(name) {
  const folders = [...(process.env['PATH'] ?? '').split(delimiter), '/usr/local/sbin', '/usr/sbin', '/sbin'];
  for (const folder of folders) {
    if (folder === '') continue;
    const path = join(folder, name);
    try {
      accessSync(path, constants.X_OK);
      if (statSync(path).isFile()) return path;
    } catch {
      // Not here: the next folder.
    }
  }
  return undefined;
}
