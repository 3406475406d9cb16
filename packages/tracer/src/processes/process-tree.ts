import { SpoorError } from '@spoor/core';
import { type LivingProcess, livingDescendants, observer, readLiving, ticksOfStartTime } from '@spoor/proc';
import type { ProcessNode, TracedProcess, TreeEvent } from './process-node.js';
import { below, ProcessTable } from './process-table.js';
import { readSaved, type SavedTree, savedProcess } from './saved-tree.js';
import { type ProcessSpan, spanOf } from './spans.js';

/**
 * A tree of processes, made from lifecycle events. Processes of dropped events are missing.
 *
 * Beyond `limit` processes, the tree forgets processes that have ended, oldest first. It keeps
 * those with living descendants.
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
  readonly #table: ProcessTable;
  /** The process of the last event, and the halves of its start time: a cache of one entry. */
  #last: ProcessNode | undefined;
  #lastStartLo: number | undefined;
  #lastStartHi: number | undefined;

  /**
   * @param limit - the most processes to keep; 0 keeps no process that has ended
   * @throws {SpoorError} INVALID_VALUE if the limit is not a whole number, or below 0
   */
  constructor(limit = 16_384) {
    if (!Number.isSafeInteger(limit) || limit < 0)
      throw new SpoorError('INVALID_VALUE', `invalid limit of a process tree: ${limit}`, {
        remedy: 'Give a whole number, 0 or more.',
      });
    this.#table = new ProcessTable(limit);
  }

  /** Processes without a parent in the trace. */
  get roots(): readonly TracedProcess[] {
    return [...this.#table.roots];
  }

  /** The number of processes whose exit has not been seen. */
  get living(): number {
    return this.#table.living;
  }

  /** Returns up to `most` processes whose exit has not been seen. */
  alive(most: number): readonly TracedProcess[] {
    const found: TracedProcess[] = [];
    for (const node of this.#table.byTgid.values()) {
      if (found.length === most) break;
      if (node.exit === undefined) found.push(node);
    }
    return found;
  }

  /** The number of processes that were forgotten. */
  get forgotten(): number {
    return this.#table.forgotten;
  }

  /**
   * Returns the process with this id.
   *
   * @param startTimeNs - if given, the process must have started at this time (boot clock)
   */
  get(tgid: number, startTimeNs?: bigint): TracedProcess | undefined {
    const node = this.#table.byTgid.get(tgid);
    return startTimeNs === undefined || node?.startTimeNs === startTimeNs ? node : undefined;
  }

  /**
   * Returns the process with this `processId`. It looks at one process after the other: for an
   * event, `get` is faster.
   *
   * @example
   * ```ts
   * const tree = new ProcessTree();
   * console.log(tree.find('d39507e59f675421')?.argv); // undefined
   * ```
   */
  find(processId: string): TracedProcess | undefined {
    for (const node of this.#table.all()) if (node.processId === processId) return node;
    return undefined;
  }

  /**
   * Returns the ancestors of a process in the tree, its parent first.
   *
   * @example
   * ```ts
   * const tree = new ProcessTree();
   * const found = tree.get(process.pid);
   * const names = found && tree.ancestors(found).map(({ comm }) => comm);
   * ```
   */
  ancestors(process: TracedProcess): readonly TracedProcess[] {
    const found: TracedProcess[] = [];
    for (let above = process.parent; above !== undefined; above = above.parent) found.push(above);
    return found;
  }

  /**
   * Returns the descendants of a process in the tree, each after its parent.
   *
   * @example
   * ```ts
   * const tree = new ProcessTree();
   * tree.addLiving(process.pid);
   * const [own] = tree.roots;
   * console.log(own && tree.descendants(own).length);
   * ```
   */
  descendants(process: TracedProcess): readonly TracedProcess[] {
    return [...below(process.children)];
  }

  /**
   * Adds a living process and its living descendants, with their arguments and working directories,
   * from `/proc`. Nothing but the parent is read of other processes. The start time is checked
   * before and after. `/proc` has only its clock tick: the first event makes it exact.
   *
   * Call it after the start of a trace. Then each process that is started later has its fork event.
   *
   * @param tgid - the process id
   * @throws {SpoorError} UNSUPPORTED in a pid namespace, where ids are not those of events;
   *   NO_PRIVILEGE for a process of another user
   *
   * @example
   * ```ts
   * await using tracer = await trace({ scopes: [`tree=${process.pid}`], events: ['exec'] });
   * tracer.processes.addLiving(process.pid);
   * console.log(tracer.processes.get(process.pid)?.argv);
   * ```
   */
  addLiving(tgid: number): void {
    if (observer().pidNamespace !== undefined)
      throw new SpoorError('UNSUPPORTED', 'Living processes cannot be added in a pid namespace', {
        remedy: 'Events have process ids of the initial namespace: run in it.',
      });
    for (const id of livingDescendants(tgid)) {
      const living = readLiving(id);
      if (living !== undefined) this.#addLiving(living);
    }
  }

  /**
   * Returns one span per process, each after that of its parent: start, end and parent, as a flame
   * view or OpenTelemetry has them. Ids have the length of span ids.
   *
   * @param offsetNs - added to all times. Default: 0, for the boot clock. `clockOffsetNs` of
   *   `Tracer.context` gives nanoseconds since 1970
   *
   * @example
   * ```ts
   * await using tracer = await trace({ command: ['sh', '-c', '/bin/true; :'] });
   * await tracer.each(() => {});
   * for (const { name, startNs, endNs } of tracer.processes.spans(tracer.context.clockOffsetNs))
   *   console.log(name, (endNs ?? startNs) - startNs);
   * ```
   */
  spans(offsetNs = 0n): readonly ProcessSpan[] {
    return [...this.#table.all()].map((node) => spanOf(node, offsetNs));
  }

  /**
   * Returns the tree as plain JSON data: `JSON.stringify(tree)` saves it.
   *
   * @example
   * ```ts
   * const saved = JSON.stringify(new ProcessTree());
   * console.log(ProcessTree.fromJSON(JSON.parse(saved)).living); // 0
   * ```
   */
  toJSON(): SavedTree {
    const nodes = [...this.#table.all()];
    const places = new Map<TracedProcess, number>(nodes.map((node, index) => [node, index]));
    const parents = nodes.map(({ parent }) => (parent === undefined ? undefined : places.get(parent)));
    return {
      version: 1,
      bootId: this.#table.boot.id ?? null,
      forgotten: this.#table.forgotten,
      processes: nodes.map((node, index) => savedProcess(node, parents[index])),
    };
  }

  /**
   * Returns the tree that `toJSON` saved. It has equal processes, and takes more events.
   *
   * @param data - any value: the data may come from a file
   * @param limit - as of the constructor
   * @throws {SpoorError} INVALID_VALUE if the data is not a saved tree
   *
   * @example
   * ```ts
   * const tree = ProcessTree.fromJSON({ version: 1, bootId: null, forgotten: 0, processes: [] });
   * console.log(tree.roots.length); // 0
   * ```
   */
  static fromJSON(data: unknown, limit?: number): ProcessTree {
    const tree = new ProcessTree(limit);
    tree.#table.restore(readSaved(data));
    return tree;
  }

  /** Adds an event. The event may be borrowed: it is read during the call only. */
  add(event: TreeEvent): void {
    this.#table.boot.id ??= event.bootId;
    const node = this.#nodeOf(event);
    node.count(event.kind);
    if (node.exe === '') node.takeExe(event);
    if (node.comm === '') node.takeComm(event);
    switch (event.kind) {
      case 'fork':
        this.#fork(node, event);
        break;
      case 'exec':
        node.exec(event);
        break;
      case 'exit':
        this.#exit(node, event);
        break;
    }
  }

  #addLiving({ facts, argv, cwd }: LivingProcess): void {
    const { tgid, startTicks, startTimeNs, comm, executable } = facts;
    const known = this.#table.byTgid.get(tgid);
    const isKnown = known !== undefined && ticksOfStartTime(known.startTimeNs) === startTicks;
    const isExact = isKnown && known.startIsExact;
    const parent = this.#table.byTgid.get(facts.parentTgid);
    const start = isKnown ? known.startTimeNs : startTimeNs;
    const node = this.#table.node(tgid, start, parent?.exit === undefined ? parent : undefined);
    node.startIsExact = isExact;
    // An exec in the trace is newer.
    if (node.exit !== undefined || node.execs.length > 0) return;
    node.comm = comm;
    node.exe = executable?.path ?? '';
    node.argv = argv;
    node.cwd = cwd;
  }

  #nodeOf(event: TreeEvent): ProcessNode {
    const { tgid, startTimeNsLo: lo, startTimeNsHi: hi } = event;
    const last = this.#last;
    if (lo !== undefined && lo === this.#lastStartLo && hi === this.#lastStartHi && last?.tgid === tgid)
      return last;
    const node = this.#table.node(tgid, event.startTimeNs, undefined);
    this.#last = node;
    this.#lastStartLo = lo;
    this.#lastStartHi = hi;
    return node;
  }

  #fork(parent: ProcessNode, event: TreeEvent): void {
    const { childTgid, childTid, childStartTimeNs } = event;
    if (childTgid === undefined || childTgid !== childTid || childStartTimeNs === undefined) return;
    const child = this.#table.node(childTgid, childStartTimeNs, parent);
    child.inherit(parent);
  }

  #exit(node: ProcessNode, event: TreeEvent): void {
    if (node.exit !== undefined) return;
    node.takeComm(event);
    node.exit = { code: event.code ?? 0, signal: event.signal ?? 0, durationNs: event.durationNs ?? 0n };
    this.#table.end(node);
    if (node.isForgotten) this.#last = undefined;
  }
}
