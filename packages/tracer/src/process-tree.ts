import { SpoorError } from '@spoor/btf';

/** A process of the tree, by identity: the same tgid with another start time is another process. */
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

/** What the tree reads of an event: the views of `@spoor/event` have it. */
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
  /** Asked when a text of an exec may not stand for its bytes. */
  toJSON?(): unknown;
}

const noArguments: readonly string[] = [];

/** There are as many as the limit allows: most have no child, and few kinds of events. */
class Node implements TracedProcess {
  parent: Node | undefined;
  exe = '';
  comm = '';
  argv = noArguments;
  argvRaw: readonly string[] | undefined;
  argvTruncated = false;
  exit: ProcessExit | undefined;
  #children: Set<Node> | undefined;
  readonly #counts: Record<string, number> = {};

  constructor(
    readonly tgid: number,
    readonly startTimeNs: bigint,
  ) {}

  get children(): readonly Node[] {
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

  adopt(child: Node): void {
    this.#children ??= new Set();
    this.#children.add(child);
    child.parent = this;
  }

  forget(child: Node): void {
    this.#children?.delete(child);
  }
}

function rawArguments(event: TreeEvent): readonly string[] | undefined {
  if (!event.argv?.some((text) => text.includes('\ufffd'))) return undefined;
  const line = event.toJSON?.() as { readonly data?: { readonly argvRaw?: readonly string[] } } | undefined;
  return line?.data?.argvRaw;
}

/** Parents that are asked before a process is taken for a descendant. */
const mostAncestors = 1024;

/** Whether a process is another one or descends from it: a recording may say of two that each started the other. */
function isBelow(node: Node, other: Node): boolean {
  let above: Node | undefined = node;
  for (let steps = 0; above !== undefined && steps < mostAncestors; steps++) {
    if (above === other) return true;
    above = above.parent;
  }
  return above !== undefined;
}

/** Ended processes that are looked at for one to forget, each time one ends. */
const looksAnEnd = 4;

/**
 * The processes that a trace has seen, from its lifecycle events. It is as right as the events that reached it:
 * lifecycle events that were dropped are missing here too (`stats().events`).
 *
 * Memory: one node a process until `limit` is passed; then processes that have ended are forgotten, oldest first, unless
 * a living process descends from them. A long trace therefore levels off.
 */
export class ProcessTree {
  readonly #limit: number;
  /** By tgid: the process that has this id now, or had it last. */
  readonly #byTgid = new Map<number, Node>();
  readonly #roots = new Set<Node>();
  /** Ended processes in the order of their ends. */
  readonly #ended = new Set<Node>();
  /** The process of the last event, and the halves of its start: the next is most often of the same. */
  #last: Node | undefined;
  #lastStartLo: number | undefined;
  #lastStartHi: number | undefined;
  #living = 0;
  #forgotten = 0;

  /**
   * `limit`: processes from which on those that have ended are forgotten; 0 keeps none. Some 450 bytes each.
   *
   * @throws SpoorError `INVALID_VALUE`
   */
  constructor(limit = 16_384) {
    if (!Number.isSafeInteger(limit) || limit < 0)
      throw new SpoorError('INVALID_VALUE', `a tree of ${limit} processes`, {
        remedy: 'Give a whole number, 0 or more.',
      });
    this.#limit = limit;
  }

  /** Processes without a parent in the trace. */
  get roots(): readonly TracedProcess[] {
    return [...this.#roots];
  }

  /** Processes that have been seen and not been seen to end. */
  get living(): number {
    return this.#living;
  }

  /** At most `most` of the processes that have not been seen to end. */
  alive(most: number): readonly TracedProcess[] {
    const found: TracedProcess[] = [];
    for (const node of this.#byTgid.values()) {
      if (found.length === most) break;
      if (node.exit === undefined) found.push(node);
    }
    return found;
  }

  /** Processes that were left out to bound the memory. */
  get forgotten(): number {
    return this.#forgotten;
  }

  /** The process with this id; with a start time, only that very process. */
  get(tgid: number, startTimeNs?: bigint): TracedProcess | undefined {
    const node = this.#byTgid.get(tgid);
    return startTimeNs === undefined || node?.startTimeNs === startTimeNs ? node : undefined;
  }

  /** Takes an event in. Reads the event during the call only. */
  add(event: TreeEvent): void {
    const node = this.#nodeOf(event);
    node.count(event.kind);
    if (node.exe === '') node.exe = event.exe;
    if (node.comm === '') node.comm = event.comm;
    switch (event.kind) {
      case 'fork':
        this.#fork(node, event);
        break;
      case 'exec':
        node.exe = event.exe;
        node.comm = event.comm;
        node.argv = event.argv ?? noArguments;
        node.argvRaw = rawArguments(event);
        node.argvTruncated = event.isTruncated?.('argv') ?? false;
        break;
      case 'exit':
        this.#exit(node, event);
        break;
    }
  }

  #nodeOf(event: TreeEvent): Node {
    const { tgid, startTimeNsLo: lo, startTimeNsHi: hi } = event;
    const last = this.#last;
    if (lo !== undefined && lo === this.#lastStartLo && hi === this.#lastStartHi && last?.tgid === tgid)
      return last;
    const node = this.#node(tgid, event.startTimeNs, undefined);
    this.#last = node;
    this.#lastStartLo = lo;
    this.#lastStartHi = hi;
    return node;
  }

  #fork(parent: Node, event: TreeEvent): void {
    const { childTgid, childTid, childStartTimeNs } = event;
    if (childTgid === undefined || childTgid !== childTid || childStartTimeNs === undefined) return;
    const child = this.#node(childTgid, childStartTimeNs, parent);
    if (child.exe === '') child.exe = parent.exe;
    if (child.comm === '') child.comm = parent.comm;
  }

  #exit(node: Node, event: TreeEvent): void {
    if (node.exit !== undefined) return;
    node.comm = event.comm;
    node.exit = { code: event.code ?? 0, signal: event.signal ?? 0, durationNs: event.durationNs ?? 0n };
    this.#living--;
    this.#ended.add(node);
    this.#forget();
  }

  #node(tgid: number, startTimeNs: bigint, parent: Node | undefined): Node {
    const known = this.#byTgid.get(tgid);
    if (known?.startTimeNs === startTimeNs) {
      if (parent !== undefined && known.parent === undefined && !isBelow(parent, known))
        this.#adopt(known, parent);
      return known;
    }
    // The id is used again: the process that had it has ended, though its end may not have been seen.
    if (known !== undefined && known.exit === undefined) {
      this.#living--;
      this.#ended.add(known);
    }
    const node = new Node(tgid, startTimeNs);
    this.#byTgid.set(tgid, node);
    this.#living++;
    if (parent === undefined) this.#roots.add(node);
    else this.#adopt(node, parent);
    return node;
  }

  #adopt(node: Node, parent: Node): void {
    this.#roots.delete(node);
    parent.adopt(node);
  }

  #forget(): void {
    if (this.#living + this.#ended.size <= this.#limit) return;
    let looks = 0;
    for (const node of this.#ended) {
      if (looks++ === looksAnEnd) return;
      this.#ended.delete(node);
      if (node.hasChildren) {
        // Its turn comes again, after its descendants'.
        this.#ended.add(node);
        continue;
      }
      this.#roots.delete(node);
      if (this.#byTgid.get(node.tgid) === node) this.#byTgid.delete(node.tgid);
      node.parent?.forget(node);
      if (node === this.#last) this.#last = undefined;
      this.#forgotten++;
      if (this.#living + this.#ended.size <= this.#limit) return;
    }
  }
}
