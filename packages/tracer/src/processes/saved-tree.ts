import { SpoorError, typeName } from '@spoor/core';
import type { ProcessNode } from './process-node.js';

/** A process tree as plain JSON data. 64-bit numbers are decimal strings. */
export interface SavedTree {
  readonly version: 1;
  readonly bootId: string | null;
  readonly forgotten: number;
  /** Each after its parent. */
  readonly processes: readonly SavedProcess[];
}

/** A process of a saved tree. Values that a new process has are left out. */
export interface SavedProcess {
  readonly tgid: number;
  readonly startTimeNs: string;
  readonly startIsExact?: boolean;
  /** The index of the parent. */
  readonly parent?: number | undefined;
  readonly exe: string;
  readonly exeRaw?: string | undefined;
  readonly comm: string;
  readonly commRaw?: string | undefined;
  readonly argv: readonly string[];
  readonly argvRaw?: readonly string[] | undefined;
  readonly argvTruncated?: boolean;
  readonly cwd?: string | undefined;
  readonly execs: readonly {
    readonly timeNs: string;
    readonly exe: string;
    readonly argv: readonly string[];
  }[];
  readonly exit?: { readonly code: number; readonly signal: number; readonly durationNs: string } | undefined;
  readonly counts: Readonly<Record<string, number>>;
}

export function savedProcess(node: ProcessNode, parent: number | undefined): SavedProcess {
  const { tgid, exe, exeRaw, comm, commRaw, argv, argvRaw, cwd, exit } = node;
  return {
    tgid,
    startTimeNs: String(node.startTimeNs),
    ...(node.startIsExact ? {} : { startIsExact: false }),
    parent,
    exe,
    exeRaw,
    comm,
    commRaw,
    argv,
    argvRaw,
    ...(node.argvTruncated ? { argvTruncated: true } : {}),
    cwd,
    execs: node.execs.map((exec) => ({ ...exec, timeNs: String(exec.timeNs) })),
    exit: exit && { ...exit, durationNs: String(exit.durationNs) },
    counts: Object.fromEntries(node.counts),
  };
}

/** Gives a new process the facts of a saved one. */
export function restore(node: ProcessNode, saved: SavedProcess): void {
  const { exe, exeRaw, comm, commRaw, argv, argvRaw, cwd, exit } = saved;
  Object.assign(node, { exe, exeRaw, comm, commRaw, argv, argvRaw, cwd });
  node.startIsExact = saved.startIsExact ?? true;
  node.argvTruncated = saved.argvTruncated ?? false;
  node.execs = saved.execs.map((exec) => ({ ...exec, timeNs: BigInt(exec.timeNs) }));
  node.exit = exit && { ...exit, durationNs: BigInt(exit.durationNs) };
  node.restoreCounts(saved.counts);
}

type Check = (value: unknown) => boolean;

const isText: Check = (value) => typeof value === 'string';
const isTexts: Check = (value) => Array.isArray(value) && value.every(isText);
const isFlag: Check = (value) => typeof value === 'boolean';
const isCount: Check = (value) => Number.isSafeInteger(value) && (value as number) >= 0;
const isWide: Check = (value) => typeof value === 'string' && /^\d{1,20}$/.test(value);
const isCounts: Check = (value) => isObject(value) && Object.values(value).every(isCount);
const optional =
  (check: Check): Check =>
  (value) =>
    value === undefined || check(value);
const shape =
  (checks: Readonly<Record<string, Check>>): Check =>
  (value) =>
    isObject(value) && Object.entries(checks).every(([name, check]) => check(value[name]));

const processChecks: Readonly<Record<string, Check>> = {
  tgid: isCount,
  startTimeNs: isWide,
  startIsExact: optional(isFlag),
  parent: optional(isCount),
  exe: isText,
  exeRaw: optional(isText),
  comm: isText,
  commRaw: optional(isText),
  argv: isTexts,
  argvRaw: optional(isTexts),
  argvTruncated: optional(isFlag),
  cwd: optional(isText),
  execs: (value) =>
    Array.isArray(value) && value.every(shape({ timeNs: isWide, exe: isText, argv: isTexts })),
  exit: optional(shape({ code: isCount, signal: isCount, durationNs: isWide })),
  counts: isCounts,
};

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** @throws {SpoorError} INVALID_VALUE with the place of the wrong value */
export function readSaved(data: unknown): SavedTree {
  if (!isObject(data)) throw invalid('data', data);
  const { version, bootId, forgotten, processes } = data;
  if (version !== 1) throw invalid('version', version);
  if (bootId !== null && !isText(bootId)) throw invalid('bootId', bootId);
  if (!isCount(forgotten)) throw invalid('forgotten', forgotten);
  if (!Array.isArray(processes)) throw invalid('processes', processes);
  for (const [index, process] of processes.entries()) {
    const place = `processes[${index}]`;
    if (!isObject(process)) throw invalid(place, process);
    for (const [name, check] of Object.entries(processChecks))
      if (!check(process[name])) throw invalid(`${place}.${name}`, process[name]);
    const { parent } = process as unknown as SavedProcess;
    if (parent !== undefined && parent >= index) throw invalid(`${place}.parent`, parent);
  }
  return data as unknown as SavedTree;
}

function invalid(place: string, value: unknown): SpoorError {
  return new SpoorError('INVALID_VALUE', `not a saved process tree: ${place} is ${typeName(value)}`, {
    remedy: 'Give the data that ProcessTree.toJSON() returned.',
  });
}
