import { spawn } from 'node:child_process';
import type { EventEmitter } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { constants, tmpdir } from 'node:os';
import { join } from 'node:path';

const caught = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;

/**
 * Runs a script in a process group of its own, with a temporary folder of its own. A signal ends
 * the whole group, clang among it, and the folder is removed: a process that waits for clang with
 * `spawnSync` could do neither.
 *
 * @param signals emits the signals
 * @returns the exit status of the script, or 128 and the number of the signal
 */
export function supervise(
  script: string,
  args: readonly string[],
  signals: EventEmitter = process,
): Promise<number> {
  const folder = mkdtempSync(join(tmpdir(), 'spoor-build-'));
  const child = spawn(process.execPath, [...process.execArgv, script, ...args], {
    stdio: 'inherit',
    detached: true,
    env: { ...process.env, TMPDIR: folder },
  });
  let received: NodeJS.Signals | undefined;
  const end = (signal: NodeJS.Signals) => {
    received ??= signal;
    if (child.pid !== undefined && child.exitCode === null) process.kill(-child.pid, 'SIGKILL');
  };
  for (const signal of caught) signals.on(signal, end);
  return new Promise<number>((resolve, reject) => {
    child.once('error', reject);
    child.once('exit', (status, signal) => {
      const by = received ?? signal;
      resolve(by === null ? status! : 128 + constants.signals[by]);
    });
  }).finally(() => {
    for (const signal of caught) signals.off(signal, end);
    rmSync(folder, { recursive: true, force: true });
  });
}
