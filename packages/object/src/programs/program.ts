import { readSync } from 'node:fs';
import { errno, errnoName, SpoorError } from '@spoor/core';
import type { Native } from '../ffi/native.js';
import { CStruct } from '../libc/c-memory.js';
import { attachProgram, lacksTarget } from '../links/hooks.js';
import { Link } from '../links/link.js';
import type { AttachTarget, IteratorTarget } from '../links/targets.js';
import { isHooked, isIterator, type ProgramKind, programType } from './program-type.js';
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
   * `syscall`) or belongs to a struct_ops map.
   */
  readonly hooked: boolean;
  /** The verifier statistics, when the object was loaded with `verifierStatistics`. */
  readonly verifierLog: string | undefined;
  readonly #kind: ProgramKind;
  readonly #native: Native;
  #handle: bigint;
  #links: readonly Link[] = [];
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

  /** True while at least one link of this program is attached. */
  get attached(): boolean {
    return this.#links.some(({ attached }) => attached);
  }

  /**
   * Attaches the program to a target. It can be attached several times, each by a link of its own.
   *
   * @param target where to attach: its type depends on the section of the program, as in the table
   *   of the README. Default: the target that the section names
   * @returns the link, which is detached with the object at the latest
   * @throws {SpoorError} INVALID_VALUE when the target is missing or of another type: says which
   *   one the program wants
   * @throws {SpoorError} ATTACH_FAILED, `NO_PRIVILEGE` or `LOCKDOWN` when the kernel refuses
   * @throws {SpoorError} UNSUPPORTED when programs of this type are not attached by a call, or this
   *   machine lacks the counter of a `PerfEventTarget`
   * @throws {SpoorError} WRONG_PHASE when the object is disposed
   *
   * @example
   * ```ts
   * const program = loaded.program('on_fork');
   * using first = program.attach(); // SEC("raw_tp/sched_process_fork")
   * using second = program.attach({ name: 'sched_process_exec' });
   * ```
   */
  attach(target?: AttachTarget): Link {
    const link = this.#attach(target);
    this.#links = [...this.#links.filter(({ attached }) => attached), link];
    return link;
  }

  /** @internal True if a struct_ops map has the program, and is attached in its place. */
  get inMap(): boolean {
    return this.#kind.type === programType.structOps;
  }

  /**
   * Returns why `attach()` needs a target, or cannot attach the program at all. Returns undefined
   * if the section names the target.
   *
   * @example
   * ```ts
   * const reason = loaded.program('on_exit').lacksTarget(); // undefined
   * ```
   */
  lacksTarget(): string | undefined {
    return lacksTarget({ ...this.#kind, section: this.section });
  }

  /**
   * Runs an iterator once and returns the bytes that it wrote (`bpf_seq_write`): kernel 5.8 and
   * later.
   *
   * @param target the elements to visit. Default: all
   * @throws {SpoorError} WRONG_PHASE for a program that is not an iterator, `SYSCALL_FAILED`; and
   *   with a target as `attach` does
   *
   * @example
   * ```ts
   * const ids = loaded.program('each_task').iterate();
   * ```
   */
  iterate(target?: IteratorTarget): Uint8Array {
    if (!isIterator(this.#kind)) {
      throw new SpoorError('WRONG_PHASE', `${this.name} (${this.section}) is not an iterator`, {
        remedy: 'Only programs in a section iter/… can be iterated.',
      });
    }
    if (target !== undefined) {
      using link = this.#attach(target);
      return this.#readIterator(link);
    }
    this.#iterator ??= this.#attach();
    return this.#readIterator(this.#iterator);
  }

  #readIterator(link: Link): Uint8Array {
    const fd = this.#native.libbpf.bpf_iter_create(link.fd);
    if (fd < 0) throw this.#failed('bpf_iter_create', fd);
    try {
      return readAll(fd);
    } finally {
      this.#native.libc.close(fd);
    }
  }

  /**
   * Runs the program once or more under BPF_PROG_TEST_RUN, in this process's context. Returns the
   * packet and the context as the program left them: network programs can be tested with it.
   *
   * @example
   * ```ts
   * const context = new Uint8Array(8);
   * const { returned } = loaded.program('compute').testRun({ context });
   * console.log(returned); // 0
   * ```
   *
   * @throws {SpoorError} UNSUPPORTED when the kernel cannot test programs of this type,
   *   `SYSCALL_FAILED`
   */
  testRun(options: TestRun = {}): TestRunResult {
    return testRun(this.#native, { name: this.name, fd: this.fd, type: this.#kind.type }, options);
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
    for (const link of [...this.#links].reverse()) link.detach();
    this.#handle = 0n;
  }

  #attach(target?: AttachTarget): Link {
    const native = this.#native;
    const { name, section, fd } = this;
    const { type, attachType } = this.#kind;
    const mark = native.messages.mark();
    const site = { native, handle: this.#live(), fd, name, section, type, attachType, mark };
    return new Link(native, attachProgram(site, target), name);
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
