/** One set-up at a time in a tree. */
import { closeSync, mkdirSync, openSync, readFileSync, truncateSync, writeSync } from 'node:fs';
import process from 'node:process';
import { findProgram, run } from './run.mjs';
import { inRoot } from './workspace.mjs';

/**
 * Holds the tree's lock while `action` runs; a second caller waits. The lock is a kernel lock on an
 * open file: flock(1) takes it on a descriptor that it shares with us and exits, we keep it. It
 * falls with our process, however that ends, so there is no stale lock to judge. flock(1) is in
 * util-linux and busybox, so in every Linux; elsewhere there is no lock.
 *
 * @template T
 * @param {() => Promise<T>} action
 * @param {{ path?: string, onWait?: (owner: string) => void }} [options] `owner` is the process id
 *   that holds the lock, as far as known
 * @returns {Promise<T>}
 */
export async function withLock(action, { path = inRoot('.tools', 'setup.lock'), onWait } = {}) {
  const flock = findProgram('flock');
  if (flock === undefined) return action();
  mkdirSync(inRoot('.tools'), { recursive: true });
  const fd = openSync(path, 'a');
  try {
    if ((await run(flock, ['--nonblock', '3'], { fds: [fd] })).status !== 0) {
      onWait?.(readFileSync(path, 'utf8').trim() || 'unknown');
      await run(flock, ['3'], { fds: [fd] });
    }
    truncateSync(path);
    writeSync(fd, `${process.pid}\n`);
    return await action();
  } finally {
    closeSync(fd);
  }
}
