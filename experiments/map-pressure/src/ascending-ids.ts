import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';

/**
 * Makes sure that the next processes have ascending ids, by using up those before the end where too
 * few are left: then the kernel begins with small ones again. The modes that show old failures look
 * at the processes alive once, by id, and take a child before its parent for nobody's.
 */
export function ensureAscendingIds(count: number): void {
  const most = Number(readFileSync('/proc/sys/kernel/pid_max', 'utf8'));
  while (most - lastId() < count) spawnSync('true');
}

/** Of the process or thread that was started last. */
function lastId(): number {
  return Number(readFileSync('/proc/loadavg', 'utf8').trim().split(' ').at(-1));
}
