import type { Native } from '../ffi/native.js';

/**
 * A program attached to its hook. The hook fires until the link is disposed, the object is, or the
 * process ends, by whatever means: nothing is pinned.
 *
 * @example
 * ```ts
 * const link = loaded.program('on_exit').attach();
 * link.detach();
 * ```
 */
export class Link implements Disposable {
  /** Name of the program. */
  readonly program: string;
  readonly #native: Native;
  #handle: bigint;

  /** @internal */
  constructor(native: Native, handle: bigint, program: string) {
    this.#native = native;
    this.#handle = handle;
    this.program = program;
  }

  get attached(): boolean {
    return this.#handle !== 0n;
  }

  /** The kernel's descriptor, close-on-exec; -1 once detached. */
  get fd(): number {
    return this.#handle === 0n ? -1 : this.#native.libbpf.bpf_link__fd(this.#handle);
  }

  /** Detaches; once and for all. */
  [Symbol.dispose](): void {
    const handle = this.#handle;
    if (handle === 0n) return;
    this.#handle = 0n;
    this.#native.libbpf.bpf_link__destroy(handle);
  }

  /** Detaches the program. Idempotent. */
  detach(): void {
    this[Symbol.dispose]();
  }
}
