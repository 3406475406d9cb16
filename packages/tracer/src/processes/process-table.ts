import { ticksOfStartTime } from '@spoor/proc';
import { type Boot, isBelow, ProcessNode, type TracedProcess } from './process-node.js';
import { restore, type SavedTree } from './saved-tree.js';

/** Ended processes that are examined per exit, to find one to forget. */
const examinedPerExit = 4;

/** The processes of a tree, by id, by parent and by end. */
export class ProcessTable {
  readonly boot: Boot = { id: undefined };
  /** By process id: the process that has the id now, or had it last. */
  readonly byTgid = new Map<number, ProcessNode>();
  readonly roots = new Set<ProcessNode>();
  living = 0;
  forgotten = 0;
  readonly #limit: number;
  /** Ended processes, in the order of their exits. */
  readonly #ended = new Set<ProcessNode>();

  constructor(limit: number) {
    this.#limit = limit;
  }

  /** Iterates over all processes, each after its parent. */
  all(): Generator<ProcessNode> {
    return below(this.roots);
  }

  /** Returns the process with this identity, which is new if it is not known. */
  node(tgid: number, startTimeNs: bigint, parent: ProcessNode | undefined): ProcessNode {
    const known = this.byTgid.get(tgid);
    if (known?.startIsExact === false) setStart(known, startTimeNs);
    if (known?.startTimeNs === startTimeNs) {
      if (parent !== undefined && known.parent === undefined && !isBelow(parent, known))
        this.#adopt(known, parent);
      return known;
    }
    // The id was reused: its previous process has ended, even if no exit event came.
    if (known !== undefined && known.exit === undefined) {
      this.living--;
      this.#ended.add(known);
    }
    const node = new ProcessNode(tgid, startTimeNs, this.boot);
    this.byTgid.set(tgid, node);
    this.living++;
    this.#place(node, parent);
    return node;
  }

  /** Takes a process whose exit was seen off the living. */
  end(node: ProcessNode): void {
    this.living--;
    this.#ended.add(node);
    this.#forget();
  }

  /** Adds the processes of a saved tree to an empty table. */
  restore({ bootId, forgotten, processes }: SavedTree): void {
    this.boot.id = bootId ?? undefined;
    this.forgotten = forgotten;
    const nodes: ProcessNode[] = [];
    for (const saved of processes) {
      const node = new ProcessNode(saved.tgid, BigInt(saved.startTimeNs), this.boot);
      restore(node, saved);
      nodes.push(node);
      this.#place(node, saved.parent === undefined ? undefined : nodes[saved.parent]);
      const other = this.byTgid.get(node.tgid);
      if (other === undefined || other.startTimeNs < node.startTimeNs) this.byTgid.set(node.tgid, node);
    }
    for (const node of nodes) {
      if (node.exit === undefined && this.byTgid.get(node.tgid) === node) this.living++;
      else this.#ended.add(node);
    }
  }

  #place(node: ProcessNode, parent: ProcessNode | undefined): void {
    if (parent === undefined) this.roots.add(node);
    else parent.adopt(node);
  }

  #adopt(node: ProcessNode, parent: ProcessNode): void {
    this.roots.delete(node);
    parent.adopt(node);
  }

  #forget(): void {
    if (this.living + this.#ended.size <= this.#limit) return;
    let examined = 0;
    for (const node of this.#ended) {
      if (examined++ === examinedPerExit) return;
      this.#ended.delete(node);
      if (node.hasChildren) {
        // Examined again after its descendants.
        this.#ended.add(node);
        continue;
      }
      this.roots.delete(node);
      if (this.byTgid.get(node.tgid) === node) this.byTgid.delete(node.tgid);
      node.parent?.forget(node);
      node.isForgotten = true;
      this.forgotten++;
      if (this.living + this.#ended.size <= this.#limit) return;
    }
  }
}

/** Iterates over processes and their descendants, each after its parent. */
export function* below<Process extends TracedProcess>(processes: Iterable<Process>): Generator<Process> {
  const open = [...processes].reverse();
  for (let process = open.pop(); process !== undefined; process = open.pop()) {
    yield process;
    for (const child of [...process.children].reverse()) open.push(child as Process);
  }
}

/** Sets the exact start time of a living process, if it is in the clock tick of the process. */
function setStart(node: ProcessNode, startTimeNs: bigint): void {
  if (ticksOfStartTime(startTimeNs) !== ticksOfStartTime(node.startTimeNs)) return;
  node.startTimeNs = startTimeNs;
  node.startIsExact = true;
}
