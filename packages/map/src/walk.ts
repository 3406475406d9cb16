import { type BatchResult, errno, mapTypes, type RawMap, SpoorError } from '@spoor/core';
import { batchBuffers } from './access.js';
import { kindOf } from './kinds.js';
import { isUnsupported, mapFailure } from './map-failure.js';

/**
 * Some entries: `count` keys and values in a row, each with its full size. Valid until the next
 * chunk is asked for.
 */
export interface Chunk {
  readonly keys: Uint8Array;
  readonly values: Uint8Array;
  readonly count: number;
}

/** Bytes that a chunk's buffers should have; at least 16 entries, at most 1,024. */
const CHUNK_BYTES = 256 * 1024;
/** How often a batch that could get no lock, or lost its place, is tried again. */
const RETRIES = 16;
/**
 * Keys looked at, for each entry that the map can hold, before a walk that starts over again and
 * again gives up.
 */
const STEPS_PER_ENTRY = 16;

/**
 * Every entry of a map, in chunks. An entry that stays is seen exactly once; one that comes or goes
 * meanwhile, at most once. Bounded: hashes are read a bucket at a time, each bucket once; any other
 * walk ends after `maxEntries`.
 *
 * By batches where the map has them, else key by key.
 *
 * @throws {SpoorError} UNSUPPORTED for a kind that cannot be walked; MAP_BUSY when the map changes
 * faster than it can be walked key by key
 */
export function* walkChunks(raw: RawMap): Generator<Chunk, void, undefined> {
  const kind = kindOf(raw);
  if (!kind.walkable) {
    throw new SpoorError('UNSUPPORTED', `map ${raw.name}: a ${kind.name} has no order of keys to walk`, {
      remedy: 'Keep the keys elsewhere, and look each of them up.',
    });
  }
  // A trie's batches start over when the key at the cursor was deleted, just as its next key does.
  const once = kind.type === mapTypes.lpm_trie.type ? new SeenKeys(raw) : undefined;
  if (raw.lookupBatch !== undefined) {
    const end = yield* walkBatches(raw, once);
    if (end === 'done') return;
  }
  yield* walkKeys(raw, once ?? new SeenKeys(raw));
}

/** Remembers keys, and leaves in a chunk only those that are new. */
class SeenKeys {
  readonly #raw: RawMap;
  readonly #seen = new Set<string>();

  constructor(raw: RawMap) {
    this.#raw = raw;
  }

  get count(): number {
    return this.#seen.size;
  }

  /** True the first time. */
  add(key: Uint8Array): boolean {
    const before = this.#seen.size;
    this.#seen.add(Buffer.from(key.buffer, key.byteOffset, key.byteLength).toString('latin1'));
    return this.#seen.size > before;
  }

  /** Moves new entries to the front; returns how many there are. */
  keepNew(keys: Uint8Array, values: Uint8Array, count: number): number {
    const keySize = this.#raw.keySize;
    const valueSize = values.length / (keys.length / keySize);
    let kept = 0;
    for (let index = 0; index < count; index++) {
      if (!this.add(keys.subarray(index * keySize, (index + 1) * keySize))) continue;
      keys.copyWithin(kept * keySize, index * keySize, (index + 1) * keySize);
      values.copyWithin(kept * valueSize, index * valueSize, (index + 1) * valueSize);
      kept++;
    }
    return kept;
  }
}

function chunkCount(raw: RawMap): number {
  const { keys, values } = batchBuffers(raw, 1);
  const fitting = Math.floor(CHUNK_BYTES / (keys.length + values.length));
  return Math.min(raw.maxEntries, Math.max(16, Math.min(1024, fitting)));
}

/** @returns 'unsupported' when the first call says so, and nothing was yielded */
function* walkBatches(
  raw: RawMap,
  once: SeenKeys | undefined,
): Generator<Chunk, 'done' | 'unsupported', undefined> {
  const reader = new BatchReader(raw);
  for (;;) {
    const { done, end } = reader.read();
    if (end === 'unsupported') return end;
    const { keys, values } = reader;
    const count = once === undefined ? done : once.keepNew(keys, values, done);
    if (count > 0) yield { keys, values, count };
    if (end === 'end' || (once !== undefined && once.count >= raw.maxEntries)) return 'done';
  }
}

/** Reads batch after batch, into buffers that grow when a bucket exceeds them. */
class BatchReader {
  keys: Uint8Array;
  values: Uint8Array;
  readonly #raw: RawMap;
  readonly #cursor: Uint8Array;
  #count: number;
  #first = true;

  constructor(raw: RawMap) {
    this.#raw = raw;
    this.#cursor = new Uint8Array(Math.max(8, raw.keySize));
    this.#count = chunkCount(raw);
    ({ keys: this.keys, values: this.values } = batchBuffers(raw, this.#count));
  }

  /** At least one entry, or the end, or both. */
  read(): { readonly done: number; readonly end: 'more' | 'end' | 'unsupported' } {
    for (let retries = 0; ; ) {
      const { status, done } = this.#call();
      if (this.#first && (isUnsupported(status) || status === -errno.EINVAL))
        return { done, end: 'unsupported' };
      if (done > 0) this.#first = false;
      if (status === -errno.ENOENT) return { done, end: 'end' };
      if (done > 0) return { done, end: 'more' };
      if (status === -errno.ENOSPC && this.#count <= this.#raw.maxEntries) this.#grow();
      else if (!isPassing(status) || retries++ === RETRIES) {
        throw mapFailure(this.#raw, 'bpf_map_lookup_batch', status);
      }
    }
  }

  #call(): BatchResult {
    const { keys, values } = this;
    const request = { first: this.#first, cursor: this.#cursor, keys, values, count: this.#count };
    return this.#raw.lookupBatch!(request);
  }

  #grow(): void {
    this.#count *= 2;
    ({ keys: this.keys, values: this.values } = batchBuffers(this.#raw, this.#count));
  }
}

/**
 * Kernels before 2025 end a trie's batch with EINTR when keys vanish; a bucket lock that is taken
 * is EBUSY.
 */
function isPassing(status: number): boolean {
  return [0, -errno.EINTR, -errno.EBUSY, -errno.EAGAIN].includes(status);
}

/**
 * Key by key. The key after the current one is asked for before the current entry is handed out, so
 * that its receiver may delete it. When another one deletes the key that was to come, the kernel
 * starts over from the first key, and those seen already are stepped over.
 */
function* walkKeys(raw: RawMap, seen: SeenKeys): Generator<Chunk, void, undefined> {
  const buffers = batchBuffers(raw, 1);
  const next = new Uint8Array(raw.keySize);
  const steps = raw.maxEntries * STEPS_PER_ENTRY + 1024;
  let more = advance(raw, null, next);
  for (let step = 0; more && seen.count < raw.maxEntries; step++) {
    if (step === steps) throw tooBusy(raw, steps);
    buffers.keys.set(next);
    more = advance(raw, buffers.keys, next);
    if (!seen.add(buffers.keys)) continue;
    const status = raw.lookup(buffers.keys, buffers.values);
    if (status === 0) yield { ...buffers, count: 1 };
    else if (status !== -errno.ENOENT) throw mapFailure(raw, 'bpf_map_lookup_elem', status);
  }
}

function advance(raw: RawMap, key: Uint8Array | null, next: Uint8Array): boolean {
  const status = raw.nextKey(key, next);
  if (status !== 0 && status !== -errno.ENOENT) throw mapFailure(raw, 'bpf_map_get_next_key', status);
  return status === 0;
}

function tooBusy(raw: RawMap, steps: number): SpoorError {
  return new SpoorError('MAP_BUSY', `map ${raw.name} changes faster than it can be walked (${steps} steps)`, {
    call: `bpf_map_get_next_key(${raw.name})`,
    remedy: 'Walk it when less is being deleted, or on a kernel that has batches for this kind of map.',
  });
}
