import { closeSync, readSync } from 'node:fs';
import { errno, errnoName, SpoorError } from '@spoor/core';
import { readEnvironment } from '../features/environment.js';
import type { Native } from '../ffi/native.js';
import { CStruct } from '../libc/c-memory.js';
import { Link } from '../links/link.js';
import { attachFailure } from '../load/failure.js';
import { isHooked, isIterator, type ProgramKind } from './program-type.js';
import { type TestRun, type TestRunResult, testRun } from './test-run.js';

export interface ProgramFacts extends ProgramKind {
  readonly name: string;
  /** The section, which names type and hook: `tp_btf/sched_process_exec`. */
  readonly section: string;
  readonly verifierLog?: string;
}

/** Counters of a program. The first two stay zero unless statistics are on (`enableStats`). */
export interface ProgramInfo {
  /** The kernel's id, as bpftool shows it. */
  readonly id: number;
  /** Nanoseconds spent in it since the load (5.1). */
  readonly runTimeNs: bigint;
  readonly runCount: bigint;
  /**
   * Times that the kernel skipped it because it was already running on that CPU (5.12; 0 before).
   */
  readonly recursionMisses: bigint;
  /** Instructions that the verifier walked through (5.16; 0 before). */
  readonly verifiedInstructions: number;
  /** Bytes of machine code. */
  readonly jitedSize: number;
}

/**
 * Bytes of `struct bpf_prog_info` up to and including `verified_insns`; older kernels fill less and
 * leave the rest zero.
 */
const infoSize = 224;
const iteratorChunk = 64 * 1024;

/**
 * A program that the kernel has verified and holds. Valid until its object is disposed.
 *
 * @example
 * ```ts
 * const program = loaded.program('on_exit');
 * using link = program.attach();
 * console.log(program.info().verifiedInstructions);
 * ```
 */
export class LoadedProgram {
  readonly name: string;
  readonly section: string;
  /**
   * True for a program that waits for a hook; false for one that runs on demand (`iter/…`,
   * `syscall`).
   */
  readonly hooked: boolean;
  /** The verifier statistics, when the object was loaded with `verifierStatistics`. */
  readonly verifierLog: string | undefined;
  readonly #kind: ProgramKind;
  readonly #native: Native;
  #handle: bigint;
  #link: Link | undefined;
  #iterator: Link | undefined;

  /** @internal */
  constructor(native: Native, handle: bigint, facts: ProgramFacts) {
    this.#native = native;
    this.#handle = handle;
    this.#kind = facts;
    this.name = facts.name;
    this.section = facts.section;
    this.hooked = isHooked(facts);
    this.verifierLog = facts.verifierLog;
  }

  /** The kernel's descriptor, close-on-exec; owned by the object. */
  get fd(): number {
    return this.#native.libbpf.bpf_program__fd(this.#live());
  }

  get attached(): boolean {
    return this.#link?.attached ?? false;
  }

  /**
   * Attaches to the hook that the section names. The link is detached with the object at the
   * latest.
   *
   * @throws {SpoorError} ATTACH_FAILED, `NO_PRIVILEGE`, `LOCKDOWN`; `WRONG_PHASE` when it is
   *   attached already
   */
  attach(): Link {
    if (this.attached) throw new SpoorError('WRONG_PHASE', `${this.name} is attached already`);
    this.#link = this.#attach();
    return this.#link;
  }

  /**
   * Runs an iterator once over all there is and returns what it wrote (`bpf_seq_write`): kernel 5.8
   * and later.
   *
   * @throws {SpoorError} WRONG_PHASE for a program that is not an iterator, `SYSCALL_FAILED`
   */
  iterate(): Uint8Array {
    if (!isIterator(this.#kind)) {
      throw new SpoorError('WRONG_PHASE', `${this.name} (${this.section}) is no iterator`, {
        remedy: 'Only programs in a section iter/… can be iterated.',
      });
    }
    this.#iterator ??= this.#attach();
    const fd = this.#native.libbpf.bpf_iter_create(this.#iterator.fd);
    if (fd < 0) throw this.#failed('bpf_iter_create', fd);
    try {
      return readAll(fd);
    } finally {
      closeSync(fd);
    }
  }

  /**
   * Runs the program once or more under BPF_PROG_TEST_RUN, in this process's context.
   *
   * @throws {SpoorError} UNSUPPORTED when the kernel cannot test programs of this type,
   *   `SYSCALL_FAILED`
   */
  testRun(options: TestRun = {}): TestRunResult {
    return testRun(this.#native, { name: this.name, fd: this.fd }, options);
  }

  /** @throws {SpoorError} SYSCALL_FAILED */
  info(): ProgramInfo {
    const info = new CStruct(infoSize, this.#native.driver);
    const length = new Uint32Array([infoSize]);
    const status = this.#native.libbpf.bpf_obj_get_info_by_fd(this.fd, info.bytes, length);
    if (status < 0) throw this.#failed('bpf_obj_get_info_by_fd', status);
    const { view } = info;
    return {
      id: view.getUint32(4, true),
      jitedSize: view.getUint32(16, true),
      runTimeNs: view.getBigUint64(192, true),
      runCount: view.getBigUint64(200, true),
      recursionMisses: view.getBigUint64(208, true),
      verifiedInstructions: view.getUint32(216, true),
    };
  }

  /** @internal Detaches; the object frees the program itself. */
  retire(): void {
    this.#iterator?.detach();
    this.#link?.detach();
    this.#handle = 0n;
  }

  #attach(): Link {
    const handle = this.#native.libbpf.bpf_program__attach(this.#live());
    if (handle === 0n) {
      throw attachFailure(this, -this.#native.driver.errno(), readEnvironment());
    }
    return new Link(this.#native, handle, this.name);
  }

  #live(): bigint {
    if (this.#handle !== 0n) return this.#handle;
    throw new SpoorError('WRONG_PHASE', `the program ${this.name} is gone: its object was disposed`);
  }

  #failed(call: string, status: number): SpoorError {
    return new SpoorError('SYSCALL_FAILED', `${this.name}: ${call} failed: ${errnoName(status)}`, {
      call: `${call}(${this.name})`,
      errno: -status,
    });
  }
}

function readAll(fd: number): Uint8Array {
  const chunks: Uint8Array[] = [];
  for (;;) {
    const chunk = new Uint8Array(iteratorChunk);
    const length = readSome(fd, chunk);
    if (length === 0) return joined(chunks);
    chunks.push(chunk.subarray(0, length));
  }
}

/** In memory of its own, so that a caller may lay any typed array over it. */
function joined(chunks: readonly Uint8Array[]): Uint8Array {
  const whole = new Uint8Array(chunks.reduce((total, chunk) => total + chunk.length, 0));
  let at = 0;
  for (const chunk of chunks) {
    whole.set(chunk, at);
    at += chunk.length;
  }
  return whole;
}

/**
 * A long iteration gives way with EAGAIN after a million objects without output (`bpf_seq_read`).
 */
function readSome(fd: number, chunk: Uint8Array): number {
  for (;;) {
    try {
      return readSync(fd, chunk);
    } catch (error) {
      const { errno: number } = error as NodeJS.ErrnoException;
      if (number !== -errno.EAGAIN && number !== -errno.EINTR) throw error;
    }
  }
}
