import type { ChildProcess } from 'node:child_process';
import type { EventContext } from '@spoor/event';
import { type Dropped, dropPrivileges, type LoadedObject } from '@spoor/object';
import type { TracerParts } from './tracer-parts.js';

/** The parts of a trace for its user: the part of `Tracer` that reads no event. */
export abstract class TraceInKernel {
  readonly #parts: TracerParts;

  protected constructor(parts: TracerParts) {
    this.#parts = parts;
  }

  /** The child process that became the command, for its streams; undefined without one. */
  get child(): ChildProcess | undefined {
    return this.#parts.command?.child;
  }

  /** Process id of the command, in our own pid namespace as Node has it; undefined without one. */
  get commandTgid(): number | undefined {
    return this.#parts.command?.tgid;
  }

  /**
   * The loaded kernel side: its maps by name, its programs, and `enableStats`, which has the kernel
   * measure their run time. For experiments and measurements. Owned by the trace: it is closed when
   * the trace ends.
   */
  get object(): LoadedObject {
    return this.#parts.kernel.object;
  }

  /**
   * Values that event lines have beyond their records: a recording must store them too. Replaced by
   * another object after `setScopes`, and when the wall clock was set.
   */
  get context(): EventContext {
    return this.#parts.decoder.context;
  }

  /** Names of the scopes in force, by bit. */
  get scopeNames(): readonly (string | undefined)[] {
    return this.#parts.scopes.names;
  }

  /** True if the scopes in force need this process to resolve paths, which takes rights. */
  get looksAtFiles(): boolean {
    return this.#parts.scopes.looksAtFiles;
  }

  /**
   * Gives up the rights of this whole process, which only the start of a trace needs. User and
   * group become `id`, and no capability is left. Reading, statistics and the end go on as before.
   * See `dropPrivileges` of `@spoor/object`.
   *
   * @returns the rights that were kept: `bpf`, CAP_BPF, on kernels before 5.19
   * @throws {SpoorError} NO_PRIVILEGE when the process has no CAP_SETUID, SYSCALL_FAILED
   */
  dropPrivileges(id: number): Dropped['kept'] {
    return dropPrivileges({ id, works: () => this.#parts.kernel.isUsable() }).kept;
  }
}
