import { readlinkSync } from 'node:fs';
import { errnoName, SpoorError } from '@spoor/core';
import type { Native } from '../ffi/native.js';
import { CStruct } from '../libc/c-memory.js';
import { type Attachment, kernelLinkTypes, type LinkType } from './attachment.js';

export interface LinkInfo {
  /** The kernel's id, as bpftool shows it; undefined if the kernel keeps no link. */
  readonly id: number | undefined;
  readonly type: LinkType;
}

/** Types of links that the kernel can give another program. */
const updatable: ReadonlySet<LinkType> = new Set([
  'cgroup',
  'iter',
  'netns',
  'xdp',
  'tcx',
  'netkit',
  'sockmap',
]);

/** Bytes of `struct bpf_link_info` up to the part that depends on the type. */
const infoSize = 16;

/**
 * A program attached to its hook. The hook fires until the link is disposed, the object is, or the
 * process ends, by whatever means: nothing is pinned. A hook without a link of the kernel stays if
 * the process is killed: the table in the README has those.
 *
 * @example
 * ```ts
 * const link = loaded.program('on_exit').attach();
 * link.detach();
 * ```
 */
export class Link implements Disposable {
  readonly #native: Native;
  readonly #attachment: Attachment;
  #program: string;
  #attached = true;

  /** @internal */
  constructor(native: Native, attachment: Attachment, program: string) {
    this.#native = native;
    this.#attachment = attachment;
    this.#program = program;
  }

  /** Name of the program, or of the struct_ops map. */
  get program(): string {
    return this.#program;
  }

  get attached(): boolean {
    return this.#attached;
  }

  /**
   * The kernel's descriptor, close-on-exec; -1 once detached, and for a hook that has none, or
   * several.
   */
  get fd(): number {
    return this.#attached ? this.#attachment.fd : -1;
  }

  /**
   * Returns the id and the type of the link. Kernel 5.8.
   *
   * @throws {SpoorError} WRONG_PHASE when it is detached, `SYSCALL_FAILED`
   *
   * @example
   * ```ts
   * using link = loaded.program('on_exit').attach();
   * console.log(link.info().type);
   * ```
   */
  info(): LinkInfo {
    const fd = this.#live();
    if (!isKernelLink(fd)) return { id: undefined, type: this.#attachment.type };
    const { libbpf, driver } = this.#native;
    const { bytes, view } = new CStruct(infoSize, driver);
    const status = libbpf.bpf_obj_get_info_by_fd(fd, bytes, Uint32Array.of(infoSize));
    if (status < 0) throw this.#failed('bpf_obj_get_info_by_fd', status);
    return {
      id: view.getUint32(4, true),
      type: kernelLinkTypes[view.getUint32(0, true)] ?? 'unknown',
    };
  }

  /**
   * Replaces the program, without a moment in which none is attached. The new program has to be of
   * the same type. It stays loaded as long as the link, even if its object is disposed. Kernel 5.7.
   *
   * @param program a `LoadedProgram`
   * @throws {SpoorError} UNSUPPORTED when links of this type cannot be updated, such as those of
   *   tracing programs; WRONG_PHASE when it is detached; `SYSCALL_FAILED`
   *
   * @example
   * ```ts
   * using link = loaded.program('each_task').attach();
   * link.update(loaded.program('each_task'));
   * ```
   */
  update(program: { readonly name: string; readonly fd: number }): void {
    const { type } = this.info();
    if (!updatable.has(type) || this.fd < 0) {
      throw new SpoorError('UNSUPPORTED', `the link of ${this.#program} cannot be updated: it is ${type}`, {
        remedy: `Attach ${program.name}, then detach this link.`,
      });
    }
    const status = this.#native.libbpf.bpf_link_update(this.fd, program.fd, null);
    if (status < 0) throw this.#failed('bpf_link_update', status);
    this.#program = program.name;
  }

  /** Detaches; once and for all. */
  [Symbol.dispose](): void {
    if (!this.#attached) return;
    this.#attached = false;
    this.#attachment.detach();
  }

  /** Detaches the program. Idempotent. */
  detach(): void {
    this[Symbol.dispose]();
  }

  #live(): number {
    if (this.#attached) return this.#attachment.fd;
    throw new SpoorError('WRONG_PHASE', `the link of ${this.#program} is detached`);
  }

  #failed(call: string, status: number): SpoorError {
    return new SpoorError(
      'SYSCALL_FAILED',
      `the link of ${this.#program}: ${call} failed: ${errnoName(status)}`,
      {
        call,
        errno: -status,
      },
    );
  }
}

/** libbpf also counts descriptors of maps and of perf events as links. */
export function isKernelLink(fd: number): boolean {
  if (fd < 0) return false;
  try {
    return /bpf[-_]link/.test(readlinkSync(`/proc/self/fd/${fd}`));
  } catch {
    return false;
  }
}
