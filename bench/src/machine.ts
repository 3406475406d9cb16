import { existsSync, readFileSync } from 'node:fs';
import { cpus, release, totalmem } from 'node:os';
import process from 'node:process';

/** The machine of the measurement. */
export interface Machine {
  readonly cpu: string;
  /** How many. */
  readonly cpus: number;
  /** Bytes. */
  readonly memory: number;
  readonly kernel: string;
  readonly node: string;
  /** True if it reports that it is virtual. */
  readonly virtual: boolean;
  /** Versions of what we are compared with, by name. */
  readonly tools: Readonly<Record<string, string>>;
}

/** @param tools versions, by name */
export function describeMachine(tools: Readonly<Record<string, string>>): Machine {
  const all = cpus();
  return {
    cpu: all[0]?.model.trim() ?? process.arch,
    cpus: all.length,
    memory: totalmem(),
    kernel: release(),
    node: process.versions.node,
    virtual: isVirtual(readText('/proc/cpuinfo')),
    tools,
  };
}

export function isVirtual(cpuinfo: string): boolean {
  return /^flags\s*:.*\bhypervisor\b/m.test(cpuinfo);
}

function readText(path: string): string {
  return existsSync(path) ? readFileSync(path, 'utf8') : '';
}
