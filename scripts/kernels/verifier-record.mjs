/**
 * The verifier's instructions per program and kernel, as in `bpf/verifier.json`. Verification takes
 * start-up time, and the kernel refuses more than a million instructions. Growth by more than a
 * tenth must be acknowledged.
 */
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { inRoot } from '../lib/workspace.mjs';

/**
 * @typedef {{ instructions: number, logBytes: number }} Cost `logBytes`: without the line that
 *   tells the time
 */
/**
 * @typedef {Record<string, Record<string, Record<string, Cost>>>} Costs by kernel, object and
 *   program
 */

const path = inRoot('bpf', 'verifier.json');
const growth = 1.1;

/** @param {string} log @returns {Cost | undefined} */
export function costOf(log) {
  const instructions = /^processed (\d+) insns/m.exec(log)?.[1];
  if (instructions === undefined) return undefined;
  const lasting = log.replace(/^verification time .*\n/m, '');
  return { instructions: Number(instructions), logBytes: Buffer.byteLength(lasting) };
}

/** @returns {Costs} */
export const recorded = () => (existsSync(path) ? JSON.parse(readFileSync(path, 'utf8')) : {});

/** Replaces what was found anew, and keeps the other kernels. @param {Costs} found */
export function record(found) {
  writeFileSync(path, `${JSON.stringify({ ...recorded(), ...found }, null, 2)}\n`);
}

/**
 * @param {Costs} before
 * @param {Costs} found
 * @returns {string[]} what grew, is new or has gone: nothing when all is as recorded, or less
 */
export function grown(before, found) {
  const faults = [];
  for (const [kernel, objects] of Object.entries(found)) {
    for (const [object, programs] of Object.entries(objects)) {
      for (const [program, cost] of Object.entries(programs)) {
        const was = before[kernel]?.[object]?.[program];
        if (was === undefined) faults.push(`${kernel}: ${program} of ${object} is not recorded`);
        else if (cost.instructions > was.instructions * growth)
          faults.push(
            `${kernel}: ${program} of ${object} takes ${cost.instructions} instructions, and took ${was.instructions}`,
          );
      }
    }
  }
  return faults;
}
