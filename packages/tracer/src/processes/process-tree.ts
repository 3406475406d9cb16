import { SpoorError } from '@spoor/core';
import {
  isBelow,
  noArguments,
  ProcessNode,
  rawArguments,
  type TracedProcess,
  type TreeEvent,
} from './process-node.js';

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
  readonly #byTgid = new Map<number, ProcessNode>();
  readonly #roots = new Set<ProcessNode>();
  /** Ended processes in the order of their ends. */
  readonly #ended = new Set<ProcessNode>();
  /** The process of the last event, and the halves of its start: the next is most often of the same. */
  #last: ProcessNode | undefined;
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
    // The id is used again: the process that had it has ended, though its end may not have been seen.
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
