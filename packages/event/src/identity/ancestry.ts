/** A process, by its id and its start time. */
export interface ProcessIdentity {
  readonly tgid: number;
  readonly startTimeNs: bigint;
}

interface Known extends ProcessIdentity {
  /** The process that started it, if its own fork was seen, too. */
  creator: Known | undefined;
  /** The time of its exit, or a later time, if it is known to have ended. */
  endedNs: bigint | undefined;
}

/** Processes that are kept. Of more, the oldest are forgotten. */
const mostLiving = 65_536;
/** Ended processes that are kept: their events can be read after their exit. */
const mostEnded = 16_384;
/** The most creators that are followed from one to the next. */
const mostCreators = 8;

/**
 * Keeps which process started which, by the forks among the events that were read. It knows the
 * start time of a parent, of which an event has only the process id.
 */
export class Ancestry {
  readonly #living = new Map<number, Known>();
  readonly #ended = new Map<number, Known>();
  /** Changes when the parents of more processes may be known. */
  version = 0;

  fork(parent: ProcessIdentity, { tgid, startTimeNs }: ProcessIdentity): void {
    const before = this.#living.get(tgid);
    this.version++;
    if (before !== undefined) this.#end(before, startTimeNs);
    const creator = this.#find(parent) ?? this.#begin(parent, undefined);
    this.#begin({ tgid, startTimeNs }, creator);
  }

  exit(process: ProcessIdentity, timeNs: bigint): void {
    const ended = this.#living.get(process.tgid);
    if (ended?.startTimeNs === process.startTimeNs) this.#end(ended, timeNs);
  }

  /**
   * Returns the parent of a process, or undefined if that is not certain.
   *
   * The parent is the creator. With CLONE_PARENT, or after the creator has ended, it is an older
   * process, which lived when the process was started. No two of these can have one process id. So
   * the creator with the process id is the parent, if it lived then, too.
   *
   * @param ppid - the process id of the parent, from an event of the process
   */
  parentOf(process: ProcessIdentity, ppid: number): ProcessIdentity | undefined {
    let creator = this.#find(process)?.creator;
    for (let count = 1; creator !== undefined && creator.tgid !== ppid; count++)
      creator = count === mostCreators ? undefined : creator.creator;
    const { endedNs } = creator ?? {};
    return endedNs === undefined || endedNs > process.startTimeNs ? creator : undefined;
  }

  #begin({ tgid, startTimeNs }: ProcessIdentity, creator: Known | undefined): Known {
    const process = { tgid, startTimeNs, creator, endedNs: undefined };
    add(this.#living, process, mostLiving);
    return process;
  }

  #end(process: Known, timeNs: bigint): void {
    process.endedNs = timeNs;
    this.#living.delete(process.tgid);
    add(this.#ended, process, mostEnded);
  }

  #find({ tgid, startTimeNs }: ProcessIdentity): Known | undefined {
    const living = this.#living.get(tgid);
    if (living?.startTimeNs === startTimeNs) return living;
    const ended = this.#ended.get(tgid);
    return ended?.startTimeNs === startTimeNs ? ended : undefined;
  }
}

/** Adds a process as the newest of a map, and forgets the oldest of too many. */
function add(processes: Map<number, Known>, process: Known, most: number): void {
  processes.delete(process.tgid);
  processes.set(process.tgid, process);
  if (processes.size <= most) return;
  for (const [id, oldest] of processes) {
    processes.delete(id);
    // Otherwise a chain of processes that start one another would be kept without end.
    oldest.creator = undefined;
    return;
  }
}
