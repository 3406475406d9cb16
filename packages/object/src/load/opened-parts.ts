/** A program of an object that is not loaded yet. */
export interface OpenedProgram {
  readonly name: string;
  readonly section: string;
  /**
   * True for a program that waits for a hook; false for one that runs on demand (`iter/…`,
   * `syscall`) or belongs to a struct_ops map.
   */
  readonly hooked: boolean;
  /** True if `load()` loads it. Default: as the C side declares; `SEC("?tp_btf/…")` is off. */
  readonly enabled: boolean;
}

/** A declared map of an object that is not loaded yet. */
export interface OpenedMap {
  readonly name: string;
  /** The number of `enum bpf_map_type`. */
  readonly type: number;
  /** Bytes. */
  readonly keySize: number;
  readonly valueSize: number;
  /** Entries; for a ring buffer bytes. */
  readonly maxEntries: number;
  readonly flags: number;
  /** True if `load()` creates it. */
  readonly enabled: boolean;
}

export interface LoadOptions {
  /**
   * Have the verifier write down what each program took, as `LoadedProgram.verifierLog`: kernel
   * 5.2. A program that it then refuses is refused without the reason.
   */
  readonly verifierStatistics?: boolean;
}
