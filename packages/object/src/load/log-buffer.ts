import type { Native } from '../ffi/native.js';
import { MAP, mapMemory, PROT } from '../maps/mapping.js';
import { lastUsefulLines } from './failure.js';

/**
 * Verifier logs reach tens of megabytes. Reserved address space, not memory: pages that the kernel
 * writes get backed.
 */
const capacity = 64 * 1024 * 1024;
/** Distance between the starts of two programs' logs, when one log at most is written. */
const beginnings = 16;
/** Bytes per program when each program logs its verifier statistics, a few lines. */
const statistics = 16 * 1024;

/**
 * Where the kernel writes why it refuses a program, or what each took.
 *
 * libbpf loads each program without a log first and, when that fails, once more with one: the log
 * costs nothing when all goes well. All programs share one buffer, each starting a few bytes
 * further in. Loading ends at the first program that fails, so the first start that is not zero
 * names the program. Where each program writes what its verification took, the first log with more
 * than that does.
 */
export class LogBuffer implements Disposable {
  readonly #native: Native;
  readonly #address: bigint;
  readonly #ofEach: boolean;
  readonly #stagger: number;
  readonly #programs: string[] = [];

  constructor(native: Native, { ofEach }: { readonly ofEach: boolean }) {
    this.#native = native;
    this.#ofEach = ofEach;
    this.#stagger = ofEach ? statistics : beginnings;
    this.#address = mapMemory(native, {
      length: capacity,
      protection: PROT.READ | PROT.WRITE,
      flags: MAP.PRIVATE | MAP.ANONYMOUS | MAP.NORESERVE,
    });
  }

  /** The place of the next program's log. */
  slot(program: string): { readonly address: bigint; readonly size: bigint } {
    const skipped = this.#programs.push(program) * this.#stagger - this.#stagger;
    return { address: this.#address + BigInt(skipped), size: BigInt(capacity - skipped) };
  }

  /** The program that was refused, and the whole log; undefined when the kernel wrote none. */
  read(): { readonly program: string; readonly log: string } | undefined {
    const size = this.#programs.length * this.#stagger;
    const starts = new Uint8Array(this.#native.driver.view(this.#address, size + 1), 0, size);
    const program = this.#programs.find(
      (name, position) =>
        starts[position * this.#stagger] !== 0 &&
        (!this.#ofEach || lastUsefulLines(this.of(name)).length > 0),
    );
    return program === undefined ? undefined : { program, log: this.of(program) };
  }

  /** The log of one program. */
  of(program: string): string {
    const index = this.#programs.indexOf(program);
    return this.#native.driver.text(this.#address + BigInt(index * this.#stagger));
  }

  [Symbol.dispose](): void {
    this.#native.libc.munmap(this.#address, BigInt(capacity));
  }
}
