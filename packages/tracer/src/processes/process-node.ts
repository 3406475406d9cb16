import { processId } from '@spoor/event';

/** A process of a `ProcessTree`, identified by its id and start time. */
export interface TracedProcess {
  /** The process id in the initial pid namespace. */
  readonly tgid: number;
  /** The start time of the thread-group leader: boot clock, nanoseconds. */
  readonly startTimeNs: bigint;
  /**
   * False for a process of `addLiving` until its first event: `/proc` has only the clock tick in
   * which it started.
   */
  readonly startIsExact: boolean;
  /**
   * The identity of the process on all machines: see `processId()` of `@spoor/event`. Undefined
   * without a boot id, or if the start time is not exact.
   */
  readonly processId: string | undefined;
  /** Undefined if the parent is not in the tree. */
  readonly parent: TracedProcess | undefined;
  /** Children in the tree, oldest first. */
  readonly children: readonly TracedProcess[];
  /** The path of its last known binary. */
  readonly exe: string;
  /** The last known name of the task. */
  readonly comm: string;
  /** The bytes of `exe` in hexadecimal, if they are not UTF-8. */
  readonly exeRaw: string | undefined;
  /** The bytes of `comm` in hexadecimal, if they are not UTF-8. */
  readonly commRaw: string | undefined;
  /** The arguments of its last exec in the trace. Empty without an exec. */
  readonly argv: readonly string[];
  /** The bytes of all arguments in hexadecimal, if one of them is not UTF-8. */
  readonly argvRaw: readonly string[] | undefined;
  /** True if `argv` does not have all arguments. */
  readonly argvTruncated: boolean;
  /** The working directory at the last exec or, if it was alive before, when it was added. */
  readonly cwd: string | undefined;
  /** The execs in the trace, oldest first. Of more than 16, the newest. */
  readonly execs: readonly ProcessExec[];
  /** Undefined while the process lives. */
  readonly exit: ProcessExit | undefined;
  /** The number of its events, by kind. */
  readonly counts: ReadonlyMap<string, number>;
}

/** A program that a process executed. */
export interface ProcessExec {
  /** The time of the exec: boot clock, nanoseconds. */
  readonly timeNs: bigint;
  readonly exe: string;
  readonly argv: readonly string[];
}

/** How a process ended. */
export interface ProcessExit {
  /** The exit status. */
  readonly code: number;
  /** The number of the signal that ended it; 0 if it exited. */
  readonly signal: number;
  /** Its life time in nanoseconds. */
  readonly durationNs: bigint;
}

/** The fields of an event that the tree reads. Events of `@spoor/event` have them. */
export interface TreeEvent {
  readonly kind: string;
  readonly timeNs?: bigint;
  readonly bootId?: string | undefined;
  readonly tgid: number;
  readonly startTimeNs: bigint;
  /** The lower and the upper half of `startTimeNs`, if the event has them. */
  readonly startTimeNsLo?: number;
  readonly startTimeNsHi?: number;
  readonly exe: string;
  readonly comm: string;
  readonly childTgid?: number;
  readonly childTid?: number;
  readonly childStartTimeNs?: bigint;
  readonly argv?: readonly string[];
  readonly cwd?: string;
  readonly code?: number;
  readonly signal?: number;
  readonly durationNs?: bigint;
  isTruncated?(name: string): boolean;
  /** Called if `exe` or `comm` is not UTF-8. */
  bytes?(name: string): Uint8Array;
  /** Called if an argument of an exec is not UTF-8. */
  toJSON?(): unknown;
}

const noArguments: readonly string[] = [];
const noExecs: readonly ProcessExec[] = [];
const mostExecs = 16;

/** The boot of the machine, which all processes of a tree share. */
export interface Boot {
  id: string | undefined;
}

/** A process of the tree. Small: most processes have no children and few kinds of events. */
export class ProcessNode implements TracedProcess {
  parent: ProcessNode | undefined;
  exe = '';
  comm = '';
  exeRaw: string | undefined;
  commRaw: string | undefined;
  argv = noArguments;
  argvRaw: readonly string[] | undefined;
  argvTruncated = false;
  cwd: string | undefined;
  startIsExact = true;
  /** True once the tree has let go of it. */
  isForgotten = false;
  execs = noExecs;
  exit: ProcessExit | undefined;
  #children: Set<ProcessNode> | undefined;
  readonly #counts: Record<string, number> = {};
  readonly #boot: Boot;
  #processId: string | undefined;

  constructor(
    readonly tgid: number,
    public startTimeNs: bigint,
    boot: Boot,
  ) {
    this.#boot = boot;
  }

  get processId(): string | undefined {
    if (this.#boot.id === undefined || !this.startIsExact) return undefined;
    this.#processId ??= processId(this.#boot.id, this.tgid, this.startTimeNs);
    return this.#processId;
  }

  get children(): readonly ProcessNode[] {
    return [...(this.#children ?? [])];
  }

  get hasChildren(): boolean {
    return this.#children !== undefined && this.#children.size > 0;
  }

  get counts(): ReadonlyMap<string, number> {
    return new Map(Object.entries(this.#counts));
  }

  exec(event: TreeEvent): void {
    this.takeExe(event);
    this.takeComm(event);
    this.argv = event.argv ?? noArguments;
    this.argvRaw = rawArguments(event);
    this.argvTruncated = event.isTruncated?.('argv') ?? false;
    this.cwd = event.cwd || undefined;
    const exec = { timeNs: event.timeNs ?? this.startTimeNs, exe: this.exe, argv: this.argv };
    this.execs = [...this.execs.slice(1 - mostExecs), exec];
  }

  restoreCounts(counts: Readonly<Record<string, number>>): void {
    for (const [kind, count] of Object.entries(counts)) this.#counts[kind] = count;
  }

  count(kind: string): void {
    const counts = this.#counts;
    // The kinds of a recording are untrusted names.
    counts[kind] = Object.hasOwn(counts, kind) ? counts[kind]! + 1 : 1;
  }

  adopt(child: ProcessNode): void {
    this.#children ??= new Set();
    this.#children.add(child);
    child.parent = this;
  }

  forget(child: ProcessNode): void {
    this.#children?.delete(child);
  }

  takeExe(event: TreeEvent): void {
    this.exe = event.exe;
    this.exeRaw = rawText(event, 'exe');
  }

  takeComm(event: TreeEvent): void {
    this.comm = event.comm;
    this.commRaw = rawText(event, 'comm');
  }

  /** Copies the names of the parent, which a child has until its first exec. */
  inherit(parent: ProcessNode): void {
    if (this.exe === '') {
      this.exe = parent.exe;
      this.exeRaw = parent.exeRaw;
    }
    if (this.comm === '') {
      this.comm = parent.comm;
      this.commRaw = parent.commRaw;
    }
  }
}

function rawText(event: TreeEvent, name: 'exe' | 'comm'): string | undefined {
  const bytes = event[name].includes('\ufffd') ? event.bytes?.(name) : undefined;
  return bytes && Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('hex');
}

function rawArguments(event: TreeEvent): readonly string[] | undefined {
  if (!event.argv?.some((text) => text.includes('\ufffd'))) return undefined;
  const line = event.toJSON?.() as { readonly data?: { readonly argvRaw?: readonly string[] } } | undefined;
  return line?.data?.argvRaw;
}

/** The most ancestors that are followed. A process with more counts as a descendant. */
const mostAncestors = 1024;

/** Returns true if `node` is `other` or a descendant. An invalid recording may have circles. */
export function isBelow(node: ProcessNode, other: ProcessNode): boolean {
  let above: ProcessNode | undefined = node;
  for (let steps = 0; above !== undefined && steps < mostAncestors; steps++) {
    if (above === other) return true;
    above = above.parent;
  }
  return above !== undefined;
}
