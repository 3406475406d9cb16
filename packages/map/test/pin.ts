import { execFileSync } from 'node:child_process';
import { readFileSync, readlinkSync } from 'node:fs';
import { basename } from 'node:path';

/** Keeps the calling thread on one CPU until the result is disposed, and lets it be moved. */
export function pinThread(): Disposable & { moveTo(cpu: number): void } {
  const tid = basename(readlinkSync('/proc/thread-self'));
  const before = /^Cpus_allowed_list:\s*(\S+)$/m.exec(readFileSync('/proc/thread-self/status', 'utf8'))![1]!;
  const allow = (cpus: string): void => {
    execFileSync('taskset', ['-pc', cpus, tid], { stdio: ['ignore', 'ignore', 'inherit'] });
  };
  return {
    moveTo: (cpu) => allow(String(cpu)),
    [Symbol.dispose]: () => allow(before),
  };
}
