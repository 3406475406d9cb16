import { errnoName, SpoorError } from '@spoor/core';
import { native } from '../ffi/native.js';
import { CStruct } from './c-memory.js';

/** include/linux/socket.h. Sizes of `struct msghdr` and of a message with one descriptor, LP64. */
const MSG_CMSG_CLOEXEC = 0x40000000;
const SCM_RIGHTS = 1;
const messageSize = 56;
const controlSize = 24;
const withDescriptor = 20n;

/** A byte received over a Unix socket, and its descriptor. */
export interface Received {
  readonly byte: number;
  /** A descriptor of this process from now on, close-on-exec; undefined when none came along. */
  readonly fd: number | undefined;
}

/**
 * Waits for one byte on a Unix socket, and takes the descriptor that comes with it.
 *
 * @throws {SpoorError} SYSCALL_FAILED when the call fails or the other end is closed
 *
 * @example
 * ```ts
 * const { byte, fd } = receiveDescriptor(socket);
 * ```
 */
export function receiveDescriptor(socket: number): Received {
  const { driver, libc } = native();
  const byte = new CStruct(1, driver);
  const control = new CStruct(controlSize, driver);
  // struct iovec: base, length.
  const part = new CStruct(16, driver).pointer(0, byte.bytes).u64(8, 1n);
  const message = new CStruct(messageSize, driver)
    .pointer(16, part.bytes)
    .u64(24, 1n)
    .pointer(32, control.bytes)
    .u64(40, BigInt(controlSize));
  const length = Number(libc.recvmsg(socket, message.bytes, MSG_CMSG_CLOEXEC));
  if (length !== 1) {
    const errno = length < 0 ? driver.errno() : 0;
    throw new SpoorError(
      'SYSCALL_FAILED',
      `no descriptor came: ${errno === 0 ? 'closed' : errnoName(errno)}`,
      {
        call: 'recvmsg',
        errno,
      },
    );
  }
  const { view } = control;
  const came = view.getBigUint64(0, true) >= withDescriptor && view.getInt32(12, true) === SCM_RIGHTS;
  return { byte: byte.view.getUint8(0), fd: came ? view.getInt32(16, true) : undefined };
}
