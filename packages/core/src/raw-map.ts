/**
 * The bytes side of a map: what `@spoor/object` provides for the kernel's maps and `memoryMap` for
 * tests. Everything typed is built on this.
 *
 * Buffers belong to the caller and are only read or filled during the call. Sizes are those of the
 * kernel's system call: for per-CPU kinds a value buffer holds one slot a possible CPU, each
 * rounded up to 8 bytes.
 */
export interface RawMap {
  readonly name: string;
  /** The number of `enum bpf_map_type`. */
  readonly type: number;
  /** Bytes; 0 for queue and stack. */
  readonly keySize: number;
  /** Bytes of one value, as declared in C. */
  readonly valueSize: number;
  readonly maxEntries: number;
  readonly flags: number;
  /** 1 but for per-CPU kinds: then the number of possible CPUs. */
  readonly slots: number;

  /** Copies the value into `value`; returns 0, or -errno (-ENOENT is a miss). */
  lookup(key: Uint8Array, value: Uint8Array): number;
  /**
   * `flags`: 0 any, 1 create only (-EEXIST when there), 2 update only (-ENOENT when not). Returns 0
   * or -errno.
   */
  update(key: Uint8Array, value: Uint8Array, flags: number): number;
  /** Returns 0 or -errno. */
  delete(key: Uint8Array): number;
  /** Reads and deletes in one step; -ENOTSUP where the kind or the kernel has no such call. */
  lookupAndDelete(key: Uint8Array, value: Uint8Array): number;
  /** The key after `key`, or the first when it is `null` or gone; -ENOENT at the end. */
  nextKey(key: Uint8Array | null, next: Uint8Array): number;

  /**
   * Batches return how many entries were done, or -errno. `cursor` is opaque, at least 8 bytes and
   * at least `keySize`; `first` starts over. -ENOENT with `done` set says that the map's end was
   * reached.
   */
  lookupBatch?(request: BatchRequest): BatchResult;
  updateBatch?(keys: Uint8Array, values: Uint8Array, count: number, flags: number): BatchResult;
  deleteBatch?(keys: Uint8Array, count: number): BatchResult;
}

export interface BatchRequest {
  readonly first: boolean;
  /** In and out. */
  readonly cursor: Uint8Array;
  /** Room for `count` keys, each `keySize`. */
  readonly keys: Uint8Array;
  /** Room for `count` values, each `slots` times the stride of a value. */
  readonly values: Uint8Array;
  readonly count: number;
}

export interface BatchResult {
  /** 0 or -errno. */
  readonly status: number;
  /** Entries read or written, also when `status` is an error. */
  readonly done: number;
}
