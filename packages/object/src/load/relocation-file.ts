import { existsSync, readFileSync, writeSync } from 'node:fs';
import { type ObjectFile, parseBtf, readKernelBtf, reduceBtf, relocationTypes } from '@spoor/btf';
import { SpoorError } from '@spoor/core';
import type { Native } from '../ffi/native.js';
import { cString } from '../libc/c-memory.js';
import { kernelTypes } from './kernel-types.js';

/** `MFD_CLOEXEC` of include/uapi/linux/memfd.h. */
const MFD_CLOEXEC = 1;

/**
 * A file in memory with the kernel types that relocate an object. libbpf searches all types of the
 * kernel once per type of the object. In this file it finds them at once. The file lives until the
 * object is loaded or closed.
 */
export class RelocationFile implements Disposable {
  readonly path: string;
  readonly #native: Native;
  #fd: number;

  private constructor(native: Native, fd: number) {
    this.#native = native;
    this.#fd = fd;
    this.path = `/proc/self/fd/${fd}`;
  }

  /**
   * Makes the file. Needs no privilege.
   *
   * @returns undefined if libbpf has to search by itself: the kernel has no types, the object needs
   *   more than fields or a type that may be one of a kernel module, or no such file can be made
   */
  static of(native: Native, object: ObjectFile): RelocationFile | undefined {
    const wanted = relocationTypes(object);
    const kernel = wanted && kernelTypes(native);
    const types = kernel && reduceBtf(kernel, wanted!);
    return types === undefined ? undefined : RelocationFile.#holding(native, types);
  }

  /**
   * Makes the file from the given types of the kernel.
   *
   * @throws {SpoorError} BTF_MISSING or BTF_INVALID, with the path
   * @throws {SpoorError} SYSCALL_FAILED when no such file can be made
   */
  static from(native: Native, object: ObjectFile, given: string | Uint8Array): RelocationFile {
    const btf = typeof given === 'string' ? readKernelBtf(given) : parseBtf(given, { file: 'kernelBtf' });
    // libbpf ends the process at a wrong reference.
    btf.checkReferences();
    const bytes = typeof given === 'string' ? readFileSync(given) : given;
    const wanted = relocationTypes(object);
    const file = RelocationFile.#holding(native, (wanted && reduceBtf(bytes, wanted)) ?? bytes);
    if (file !== undefined) return file;
    throw new SpoorError('SYSCALL_FAILED', 'The types of the kernel cannot be kept in a file in memory', {
      remedy: 'Mount /proc, and raise the limits of open files (ulimit -n) and of file sizes (ulimit -f).',
      call: 'memfd_create',
    });
  }

  static #holding(native: Native, types: Uint8Array): RelocationFile | undefined {
    const fd = native.libc.memfd_create(cString('spoor-types'), MFD_CLOEXEC);
    if (fd < 0) return undefined;
    const file = new RelocationFile(native, fd);
    // Without /proc libbpf could not open it.
    if (hasWritten(fd, types) && existsSync(file.path)) return file;
    file[Symbol.dispose]();
    return undefined;
  }

  [Symbol.dispose](): void {
    if (this.#fd === -1) return;
    this.#native.libc.close(this.#fd);
    this.#fd = -1;
  }
}

/** Returns false if not all bytes could be written, such as under a limit on the size of files. */
function hasWritten(fd: number, bytes: Uint8Array): boolean {
  try {
    return writeSync(fd, bytes) === bytes.length;
  } catch {
    return false;
  }
}
