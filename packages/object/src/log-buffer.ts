import type { Native } from './ffi/native.js';
import { MAP, mapMemory, PROT } from './mapping.js';

/** Verifier logs reach tens of megabytes. Reserved address space, not memory: pages that the kernel writes get backed. */
const capacity = 64 * 1024 * 1024;
/** Distance between the starts of two programs' logs. */
const stagger = 16;

/**
 * Where the kernel writes why it refuses a program.
 *
 * libbpf loads each program without a log first and, when that fails, once more with one: the log costs nothing
 * when all goes well. All programs share one buffer, each starting a few bytes further in. Loading ends at the first
 * program that fails, so the first start that is not zero names the program.
 */
export class LogBuffer implements Disposable {
  readonly #native: Native;
  readonly #address: bigint;
  readonly #programs: string[] = [];

  constructor(native: Native) {
    this.#native = native;
    this.#address = mapMemory(native, {
      length: capacity,
      protection: PROT.READ | PROT.WRITE,
      flags: MAP.PRIVATE | MAP.ANONYMOUS | MAP.NORESERVE,
    });
  }

  /** Where the log of the next program goes. */
  slot(program: string): { readonly address: bigint; readonly size: bigint } {
    const skipped = this.#programs.push(program) * stagger - stagger;
    return { address: this.#address + BigInt(skipped), size: BigInt(capacity - skipped) };
  }

  /** The program that was refused, and the whole log; undefined when the kernel wrote none. */
  read(): { readonly program: string; readonly log: string } | undefined {
    const view = this.#native.driver.view(this.#address, this.#programs.length * stagger + 1);
    const starts = new Uint8Array(view, 0, this.#programs.length * stagger);
    const index = this.#programs.findIndex((_, position) => starts[position * stagger] !== 0);
    const program = this.#programs[index];
    if (program === undefined) return undefined;
    return { program, log: this.#native.driver.text(this.#address + BigInt(index * stagger)) };
  }

  [Symbol.dispose](): void {
    this.#native.libc.munmap(this.#address, BigInt(capacity));
  }
}
