import { SpoorError } from '@spoor/core';
import {
  isBelow,
  noArguments,
  ProcessNode,
  rawArguments,
  type TracedProcess,
  type TreeEvent,
} from './process-node.js';

/** Ended processes that are examined per exit, to find one to forget. */
const examinedPerExit = 4;

/**
 * A tree of processes, made from lifecycle events. Processes of dropped events are missing.
 *
 * Uses 450 bytes per process. Beyond `limit` processes, the tree forgets processes that have ended,
 * oldest first. It keeps those with living descendants.
 *
 * @example
 * ```ts
 * await using tracer = await trace({ command: ['sh', '-c', 'ls | cat; true'] });
 * const tree = new ProcessTree();
 * await tracer.each((event) => {
 *   if (event.kind !== 'malformed') tree.add(event);
 * });
 * console.log(tree.roots[0]?.children.length); // 2
 * ```
 */
export class ProcessTree {
  readonly #limit: number;
  /** By process id: the process that has the id now, or had it last. */
  readonly #byTgid = new Map<number, ProcessNode>();
  readonly #roots = new Set<ProcessNode>();
  /** Ended processes, in the order of their exits. */
  readonly #ended = new Set<ProcessNode>();
  /** The process of the last event, and the halves of its start time: a cache of one entry. */
  #last: ProcessNode | undefined;
  #lastStartLo: number | undefined;
  #lastStartHi: number | undefined;
  #living = 0;
  #forgotten = 0;

  /**
   * @param limit - the most processes to keep; 0 keeps no process that has ended
   * @throws {SpoorError} INVALID_VALUE if the limit is not a whole number, or below 0
   */
  constructor(limit = 16_384) {
    if (!Number.isSafeInteger(limit) || limit < 0)
      throw new SpoorError('INVALID_VALUE', `invalid limit of a process tree: ${limit}`, {
        remedy: 'Give a whole number, 0 or more.',
      });
    this.#limit = limit;
  }

  /** Processes without a parent in the trace. */
  get roots(): readonly TracedProcess[] {
    return [...this.#roots];
  }

  /** The number of processes whose exit has not been seen. */
  get living(): number {
    return this.#living;
  }

  /** Returns up to `most` processes whose exit has not been seen. */
  alive(most: number): readonly TracedProcess[] {
    const found: TracedProcess[] = [];
    for (const node of this.#byTgid.values()) {
      if (found.length === most) break;
      if (node.exit === undefined) found.push(node);
    }
    return found;
  }

  /** The number of processes that were forgotten. */
  get forgotten(): number {
    return this.#forgotten;
  }

  /**
   * Returns the process with this id.
   *
   * @param startTimeNs - if given, the process must have started at this time (boot clock)
   */
  get(tgid: number, startTimeNs?: bigint): TracedProcess | undefined {
    const node = this.#byTgid.get(tgid);
    return startTimeNs === undefined || node?.startTimeNs === startTimeNs ? node : undefined;
  }

  /** Adds an event. The event may be borrowed: it is read during the call only. */
  add(event: TreeEvent): void {
    const node = this.#nodeOf(event);
    node.count(event.kind);
    if (node.exe === '') node.takeExe(event);
    if (node.comm === '') node.takeComm(event);
    switch (event.kind) {
      case 'fork':
        this.#fork(node, event);
        break;
      case 'exec':
        node.takeExe(event);
        node.takeComm(event);
        node.argv = event.argv ?? noArguments;
        node.argvRaw = rawArguments(event);
        node.argvTruncated = event.isTruncated?.('argv') ?? false;
        break;
      case 'exit':
        this.#exit(node, event);
        break;
    }
  }

  #nodeOf(event: TreeEvent): ProcessNode {
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

  #fork(parent: ProcessNode, event: TreeEvent): void {
    const { childTgid, childTid, childStartTimeNs } = event;
    if (childTgid === undefined || childTgid !== childTid || childStartTimeNs === undefined) return;
    const child = this.#node(childTgid, childStartTimeNs, parent);
    child.inherit(parent);
  }

  #exit(node: ProcessNode, event: TreeEvent): void {
    if (node.exit !== undefined) return;
    node.takeComm(event);
    node.exit = { code: event.code ?? 0, signal: event.signal ?? 0, durationNs: event.durationNs ?? 0n };
    this.#living--;
    this.#ended.add(node);
    this.#forget();
  }

  #node(tgid: number, startTimeNs: bigint, parent: ProcessNode | undefined): ProcessNode {
    const known = this.#byTgid.get(tgid);
    if (known?.startTimeNs === startTimeNs) {
      if (parent !== undefined && known.parent === undefined && !isBelow(parent, known))
        this.#adopt(known, parent);
      return known;
    }
    // The id was reused: its previous process has ended, even if no exit event came.
    if (known !== undefined && known.exit === undefined) {
      this.#living--;
      this.#ended.add(known);
    }
    const node = new ProcessNode(tgid, startTimeNs);
    this.#byTgid.set(tgid, node);
    this.#living++;
    if (parent === undefined) this.#roots.add(node);
    else this.#adopt(node, parent);
    return node;
  }

  #adopt(node: ProcessNode, parent: ProcessNode): void {
    this.#roots.delete(node);
    parent.adopt(node);
  }

  #forget(): void {
    if (this.#living + this.#ended.size <= this.#limit) return;
    let examined = 0;
    for (const node of this.#ended) {
      if (examined++ === examinedPerExit) return;
      this.#ended.delete(node);
      if (node.hasChildren) {
        // Examined again after its descendants.
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
