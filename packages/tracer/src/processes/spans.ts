import type { ProcessExit, TracedProcess } from './process-node.js';

/** The life of a process. Times are nanoseconds. */
export interface ProcessSpan {
  /** `processId` or, if that is not known, `TGID:START_TIME_NS`. */
  readonly id: string;
  /** Undefined if the parent is not in the tree. */
  readonly parentId: string | undefined;
  /** The last known name of the task. */
  readonly name: string;
  readonly tgid: number;
  readonly startNs: bigint;
  /** Undefined while the process lives. */
  readonly endNs: bigint | undefined;
  /** The programs that it executed, oldest first: each lasts until the next, or the end. */
  readonly execs: readonly ExecSpan[];
  readonly exit: ProcessExit | undefined;
}

/** The time in which a process ran one program. */
export interface ExecSpan {
  readonly exe: string;
  readonly argv: readonly string[];
  readonly startNs: bigint;
  readonly endNs: bigint | undefined;
}

export function spanOf(process: TracedProcess, offsetNs: bigint): ProcessSpan {
  const { tgid, comm, parent, exit, startTimeNs } = process;
  const startNs = startTimeNs + offsetNs;
  const endNs = exit === undefined ? undefined : startNs + exit.durationNs;
  const starts = process.execs.map(({ timeNs }) => timeNs + offsetNs);
  const execs = process.execs.map(({ exe, argv }, index) => ({
    exe,
    argv,
    startNs: starts[index]!,
    endNs: starts[index + 1] ?? endNs,
  }));
  return {
    id: idOf(process),
    parentId: parent && idOf(parent),
    name: comm,
    tgid,
    startNs,
    endNs,
    execs,
    exit,
  };
}

const idOf = ({ processId, tgid, startTimeNs }: TracedProcess): string =>
  processId ?? `${tgid}:${startTimeNs}`;
