import { readdirSync, readFileSync, readlinkSync } from 'node:fs';
import { hasCode, isGone } from './files.js';
import { type ProcessFacts, readProcess, readStartTicks } from './read-process.js';

/** A living process with its arguments. */
export interface LivingProcess {
  readonly facts: ProcessFacts;
  readonly argv: readonly string[];
  /** Undefined for a kernel thread, and if the working directory may not be read. */
  readonly cwd: string | undefined;
}

/**
 * Reads a living process with its arguments and its working directory. The start time is checked
 * before and after.
 *
 * Arguments are what the memory of the process has now: a process can overwrite its own.
 *
 * @param root where `/proc` is
 * @returns `undefined` if the process does not exist, or ends during the call
 * @throws {SpoorError} IDENTITY_MISMATCH, NO_PRIVILEGE as `readProcess`
 *
 * @example
 * ```ts
 * console.log(readLiving(process.pid)?.argv);
 * ```
 */
export function readLiving(tgid: number, root = '/proc'): LivingProcess | undefined {
  const facts = readProcess(tgid, { root });
  if (facts === undefined) return undefined;
  const folder = `${root}/${tgid}`;
  try {
    const argv = argumentsIn(readFileSync(`${folder}/cmdline`));
    const cwd = facts.kernelThread ? undefined : readWorkingDirectory(folder);
    return readStartTicks(tgid, root) === facts.startTicks ? { facts, argv, cwd } : undefined;
  } catch (error) {
    if (isGone(error)) return undefined;
    throw error;
  }
}

/** Returns the texts of a block in which a NUL ends each. */
function argumentsIn(bytes: Buffer): readonly string[] {
  const text = bytes.toString('utf8');
  return text === '' ? [] : text.replace(/\0$/, '').split('\0');
}

function readWorkingDirectory(folder: string): string | undefined {
  try {
    return readlinkSync(`${folder}/cwd`);
  } catch (error) {
    if (hasCode(error, 'EACCES', 'EPERM', 'ENOENT')) return undefined;
    throw error;
  }
}

/**
 * Lists a process and its living descendants, parents first. It reads who is whose parent, and
 * nothing else of other processes. A process whose parent has ended is not found: the system is its
 * parent now.
 *
 * @param root where `/proc` is
 *
 * @example
 * ```ts
 * const tgids = livingDescendants(process.pid); // that of this process comes first
 * ```
 */
export function livingDescendants(tgid: number, root = '/proc'): readonly number[] {
  const children = new Map<number, number[]>();
  for (const name of readdirSync(root)) {
    const parent = /^\d+$/.test(name) ? parentOf(`${root}/${name}`) : undefined;
    if (parent === undefined) continue;
    const siblings = children.get(parent);
    if (siblings === undefined) children.set(parent, [Number(name)]);
    else siblings.push(Number(name));
  }
  const found = new Set([tgid]);
  // A set hands out what is added while it is iterated over.
  for (const parent of found) for (const child of children.get(parent) ?? []) found.add(child);
  return [...found];
}

function parentOf(folder: string): number | undefined {
  try {
    const text = readFileSync(`${folder}/stat`, 'latin1');
    return Number(text.slice(text.lastIndexOf(')') + 2).split(' ')[1]);
  } catch (error) {
    if (isGone(error)) return undefined;
    throw error;
  }
}
