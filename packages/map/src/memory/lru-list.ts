/**
 * How many free nodes a CPU takes at once, at most: LOCAL_FREE_TARGET of kernel/bpf/bpf_lru_list.c.
 */
const LARGEST_BATCH = 128;
/** Nodes looked at in one rotation or one shrink: LOCAL_NR_SCANS there. */
const SCANS = 128;

/** The five places where a node can be. The last two belong to one CPU each. */
const place = { free: 0, inactive: 1, active: 2, localFree: 3, pending: 4 } as const;
type Place = (typeof place)[keyof typeof place];

/**
 * How many free nodes a CPU takes at a time. `fixed`: always 128, kernels before commit
 * d4adf1c9ee77 (June 2025; also in 6.6.99 and 6.12). `scaled`: entries / possible CPUs / 2, from 1
 * to 128, kernels with it.
 */
export type LruBatch = 'fixed' | 'scaled';

/** See `LruBatch`. */
export function lruBatchSize(batch: LruBatch, entries: number, cpus: number): number {
  if (batch === 'fixed') return LARGEST_BATCH;
  return Math.min(LARGEST_BATCH, Math.max(1, Math.floor(Math.floor(entries / cpus) / 2)));
}

export interface LruListOptions {
  readonly entries: number;
  /** Possible CPUs. */
  readonly cpus: number;
  /** See `lruBatchSize`. */
  readonly batchSize: number;
  /**
   * Takes the node's entry out of the table; false when it holds none (yet), and cannot be
   * recycled.
   */
  readonly unlink: (node: number) => boolean;
}

/**
 * The node lists of the kernel's LRU hash, as kernel/bpf/bpf_lru_list.c keeps them (the common
 * list; not BPF_F_NO_COMMON_LRU), on as many pretended CPUs as one likes.
 *
 * A CPU takes nodes from the global free list in batches and hands its entries to the global
 * inactive list only when it comes back for more. So a CPU that finds the global list empty can
 * recycle only what it handed in itself: its newest entries, while nodes lie free with other CPUs.
 *
 * Nodes are numbers from 0 to `entries` - 1; the lists are circular and share two arrays, with one
 * head a list.
 */
export class LruList {
  readonly #entries: number;
  readonly #cpus: number;
  readonly #batchSize: number;
  readonly #unlink: (node: number) => boolean;
  readonly #next: Int32Array;
  readonly #previous: Int32Array;
  readonly #place: Uint8Array;
  readonly #referenced: Uint8Array;
  /** The CPU whose list a node in a local place is on. */
  readonly #cpu: Uint16Array;
  /** A CPU that must steal begins here. */
  readonly #nextSteal: Uint16Array;
  #inactive = 0;
  #active = 0;
  /** The start of the next rotation of the inactive list; its head stands for the tail. */
  #rotation: number;

  constructor(options: LruListOptions) {
    const { entries, cpus } = options;
    this.#entries = entries;
    this.#cpus = cpus;
    this.#batchSize = options.batchSize;
    this.#unlink = options.unlink;
    const size = entries + 3 + 2 * cpus;
    this.#next = Int32Array.from({ length: size }, (_, index) => index);
    this.#previous = this.#next.slice();
    this.#place = new Uint8Array(entries);
    this.#referenced = new Uint8Array(entries);
    this.#cpu = new Uint16Array(entries);
    this.#nextSteal = Uint16Array.from({ length: cpus }, (_, cpu) => cpu);
    this.#rotation = this.#head(place.inactive);
    for (let node = 0; node < entries; node++) this.#linkFirst(node, this.#head(place.free));
  }

  /**
   * A program looked the node's entry up: it survives the next rotation. A system call's lookup
   * does not do this.
   */
  touch(node: number): void {
    this.#referenced[node] = 1;
  }

  /**
   * Takes a node for a new entry, recycling another entry's when it must. Returns -1 when none can
   * be had. The caller puts the entry into the table afterwards.
   */
  take(cpu: number): number {
    let node = this.#takeFrom(this.#head(place.localFree, cpu));
    if (node < 0) {
      this.#refill(cpu);
      node = this.#takeFrom(this.#head(place.localFree, cpu));
    }
    if (node < 0) node = this.#steal(cpu);
    if (node >= 0) this.#setPending(node, cpu);
    return node;
  }

  /** Gives back a node whose entry was deleted, or was never put into the table. */
  release(node: number): void {
    if (this.#place[node] !== place.pending) {
      this.#moveGlobal(node, place.free);
      return;
    }
    this.#unlinkNode(node);
    this.#place[node] = place.localFree;
    this.#referenced[node] = 0;
    this.#linkFirst(node, this.#head(place.localFree, this.#cpu[node]!));
  }

  #head(where: Place, cpu = 0): number {
    return this.#entries + (where < place.localFree ? where : 3 + 2 * cpu + (where - place.localFree));
  }

  #linkFirst(node: number, head: number): void {
    const first = this.#next[head]!;
    this.#next[node] = first;
    this.#previous[node] = head;
    this.#previous[first] = node;
    this.#next[head] = node;
  }

  #unlinkNode(node: number): void {
    const next = this.#next[node]!;
    const previous = this.#previous[node]!;
    this.#next[previous] = next;
    this.#previous[next] = previous;
  }

  #takeFrom(head: number): number {
    const node = this.#next[head]!;
    if (node === head) return -1;
    this.#unlinkNode(node);
    return node;
  }

  #setPending(node: number, cpu: number): void {
    this.#cpu[node] = cpu;
    this.#place[node] = place.pending;
    this.#referenced[node] = 0;
    this.#linkFirst(node, this.#head(place.pending, cpu));
  }

  #count(where: number, by: 1 | -1): void {
    if (where === place.inactive) this.#inactive += by;
    else if (where === place.active) this.#active += by;
  }

  /** Leaves the global lists' books in order when a node leaves one of them. */
  #leaveGlobal(node: number): void {
    if (node === this.#rotation) this.#rotation = this.#previous[node]!;
    this.#count(this.#place[node]!, -1);
    this.#unlinkNode(node);
  }

  #moveGlobal(node: number, to: Place): void {
    this.#leaveGlobal(node);
    this.#enterGlobal(node, to);
  }

  #enterGlobal(node: number, to: Place): void {
    this.#place[node] = to;
    this.#referenced[node] = 0;
    this.#count(to, 1);
    this.#linkFirst(node, this.#head(to));
  }

  #moveToLocalFree(node: number, cpu: number): void {
    this.#leaveGlobal(node);
    this.#place[node] = place.localFree;
    this.#linkFirst(node, this.#head(place.localFree, cpu));
  }

  /**
   * Hands in what the CPU holds, then takes a batch: free nodes first, recycled ones for the rest.
   */
  #refill(cpu: number): void {
    this.#handIn(cpu);
    if (this.#inactive < this.#active) this.#rotateActive();
    this.#rotateInactive();
    let taken = 0;
    const free = this.#head(place.free);
    while (taken < this.#batchSize && this.#next[free] !== free) {
      this.#moveToLocalFree(this.#next[free]!, cpu);
      taken++;
    }
    if (taken < this.#batchSize && this.#shrink(cpu, this.#batchSize - taken) === 0) this.#shrinkByForce(cpu);
  }

  #handIn(cpu: number): void {
    const head = this.#head(place.pending, cpu);
    for (let node = this.#previous[head]!; node !== head; ) {
      const before = this.#previous[node]!;
      const referenced = this.#referenced[node] === 1;
      this.#unlinkNode(node);
      this.#enterGlobal(node, referenced ? place.active : place.inactive);
      node = before;
    }
  }

  /** From the tail: what was referenced starts over, what was not becomes inactive. */
  #rotateActive(): void {
    const head = this.#head(place.active);
    const first = this.#next[head]!;
    let node = this.#previous[head]!;
    for (let scans = 0; scans < SCANS && node !== head; scans++) {
      const before = this.#previous[node]!;
      this.#moveGlobal(node, this.#referenced[node] === 1 ? place.active : place.inactive);
      if (node === first) break;
      node = before;
    }
  }

  /**
   * Goes on where the last rotation stopped: what was referenced becomes active, the rest stays.
   */
  #rotateInactive(): void {
    const head = this.#head(place.inactive);
    if (this.#next[head] === head) return;
    let last = this.#next[this.#rotation]!;
    if (last === head) last = this.#next[head]!;
    let node = this.#rotation === head ? this.#previous[head]! : this.#rotation;
    let resume = head;
    for (let scans = 0; scans < SCANS; scans++) {
      resume = this.#previous[node]!;
      if (this.#referenced[node] === 1) this.#moveGlobal(node, place.active);
      if (node === last) break;
      node = resume === head ? this.#previous[head]! : resume;
    }
    this.#rotation = resume;
  }

  /**
   * Recycles entries from the tail of the inactive list; those referenced since become active
   * instead.
   */
  #shrink(cpu: number, wanted: number): number {
    const head = this.#head(place.inactive);
    let node = this.#previous[head]!;
    let recycled = 0;
    for (let scans = 0; scans < SCANS && node !== head && recycled < wanted; scans++) {
      const before = this.#previous[node]!;
      if (this.#referenced[node] === 1) {
        this.#moveGlobal(node, place.active);
      } else if (this.#unlink(node)) {
        this.#moveToLocalFree(node, cpu);
        recycled++;
      }
      node = before;
    }
    return recycled;
  }

  /** Every candidate was referenced: one of them goes all the same. */
  #shrinkByForce(cpu: number): void {
    const inactive = this.#head(place.inactive);
    const head = this.#next[inactive] === inactive ? this.#head(place.active) : inactive;
    for (let node = this.#previous[head]!; node !== head; node = this.#previous[node]!) {
      if (!this.#unlink(node)) continue;
      this.#moveToLocalFree(node, cpu);
      return;
    }
  }

  /** From the other CPUs in turn: a free node, else their oldest pending entry. */
  #steal(cpu: number): number {
    const start = this.#nextSteal[cpu]!;
    let victim = start;
    let node = -1;
    do {
      node = this.#takeFrom(this.#head(place.localFree, victim));
      if (node < 0) node = this.#takePending(victim, false);
      if (node < 0) node = this.#takePending(victim, true);
      victim = (victim + 1) % this.#cpus;
    } while (node < 0 && victim !== start);
    this.#nextSteal[cpu] = victim;
    return node;
  }

  #takePending(cpu: number, evenReferenced: boolean): number {
    const head = this.#head(place.pending, cpu);
    for (let node = this.#previous[head]!; node !== head; node = this.#previous[node]!) {
      if (this.#referenced[node] === 1 && !evenReferenced) continue;
      if (!this.#unlink(node)) continue;
      this.#unlinkNode(node);
      return node;
    }
    return -1;
  }
}
