import process from 'node:process';
import type { Bench } from '../bench.js';
import { nodeOf } from '../programs/tools.js';

export interface Runtime {
  readonly label: string;
  readonly path: string;
}

/** This Node.js, and the newest that is tested, where it can be had. */
export function runtimes({ quick }: Bench): { found: Runtime[]; absent: string[] } {
  const own = { label: `Node.js ${process.versions.node.split('.')[0]}`, path: process.execPath };
  const newest = nodeOf(26, { install: !quick });
  if ('absent' in newest) return { found: [own], absent: [`Node.js 26: ${newest.absent}`] };
  return { found: [own, { label: 'Node.js 26', path: newest.path }], absent: [] };
}
