/** A process of the tree, by identity: an equal tgid with another start time is another process. */
export interface TracedProcess {
  readonly tgid: number;
  /** Boot clock, nanoseconds, of the thread-group leader. */
  readonly startTimeNs: bigint;
  /** Undefined for a process whose parent is not in the trace. */
  readonly parent: TracedProcess | undefined;
  readonly children: readonly TracedProcess[];
  /** Path of the binary that it ran last, as far as the trace has seen. */
  readonly exe: string;
  readonly comm: string;
  /** The bytes of `exe` and of `comm` as hexadecimal digits, if they are not UTF-8. */
  readonly exeRaw: string | undefined;
  readonly commRaw: string | undefined;
  /** Of its last exec in the trace; empty when it only forked. */
  readonly argv: readonly string[];
  /** The bytes of all arguments as hexadecimal digits, if one is not UTF-8. */
  readonly argvRaw: readonly string[] | undefined;
  readonly argvTruncated: boolean;
  /** Undefined while it lives. */
  readonly exit: ProcessExit | undefined;
  /** Events by kind. */
  readonly counts: ReadonlyMap<string, number>;
}

export interface ProcessExit {
  readonly code: number;
  /** 0 when it exited by itself. */
  readonly signal: number;
  readonly durationNs: bigint;
}

/** The fields of an event that the tree reads: the views of `@spoor/event` have them. */
export interface TreeEvent {
  readonly kind: string;
  readonly tgid: number;
  readonly startTimeNs: bigint;
  /** Its halves, where the event has them. */
  readonly startTimeNsLo?: number;
  readonly startTimeNsHi?: number;
  readonly exe: string;
  readonly comm: string;
  readonly childTgid?: number;
  readonly childTid?: number;
  readonly childStartTimeNs?: bigint;
  readonly argv?: readonly string[];
  readonly code?: number;
  readonly signal?: number;
  readonly durationNs?: bigint;
  isTruncated?(name: string): boolean;
  /** Asked when `exe` or `comm` may not stand for its bytes. */
  bytes?(name: string): Uint8Array;
  /** Asked when a text of an exec may not stand for its bytes. */
  toJSON?(): unknown;
}

export const noArguments: readonly string[] = [];

/** There are as many as the limit allows: most have no child, and few kinds of events. */
export class ProcessNode implements TracedProcess {
  parent: ProcessNode | undefined;
  exe = '';
  comm = '';
  exeRaw: string | undefined;
  commRaw: string | undefined;
  argv = noArguments;
  argvRaw: readonly string[] | undefined;
  argvTruncated = false;
  exit: ProcessExit | undefined;
  #children: Set<ProcessNode> | undefined;
  readonly #counts: Record<string, number> = {};

  constructor(
    readonly tgid: number,
    readonly startTimeNs: bigint,
  ) {}

  get children(): readonly ProcessNode[] {
    return [...(this.#children ?? [])];
  }

  get hasChildren(): boolean {
    return this.#children !== undefined && this.#children.size > 0;
  }

  get counts(): ReadonlyMap<string, number> {
    return new Map(Object.entries(this.#counts));
  }

  count(kind: string): void {
    const counts = this.#counts;
    // A recording may name its kinds as it likes.
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

  /** Takes over the parent's names, which a child has until it executes something. */
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

export function rawArguments(event: TreeEvent): readonly string[] | undefined {
  if (!event.argv?.some((text) => text.includes('\ufffd'))) return undefined;
  const line = event.toJSON?.() as { readonly data?: { readonly argvRaw?: readonly string[] } } | undefined;
  return line?.data?.argvRaw;
}

/** Parents that are asked before a process is taken for a descendant. */
const mostAncestors = 1024;

/** Returns true if `node` is `other` or a descendant. A bad recording may have circles. */
export function isBelow(node: ProcessNode, other: ProcessNode): boolean {
  let above: ProcessNode | undefined = node;
  for (let steps = 0; above !== undefined && steps < mostAncestors; steps++) {
    if (above === other) return true;
    above = above.parent;
  }
  return above !== undefined;
}
