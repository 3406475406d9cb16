import { errnoName, SpoorError } from '@spoor/core';
import { native } from '../ffi/native.js';

/**
 * `AF_UNIX`, `SOCK_STREAM` and `SOCK_CLOEXEC` of include/linux/net.h: equal on x86-64 and arm64.
 */
const AF_UNIX = 1;
const SOCK_STREAM_CLOEXEC = 1 | 0o2000000;

/**
 * Makes two connected Unix sockets, which a program started later does not inherit unless `stdio`
 * names them. Node.js makes such a pair only within `child_process`, where closing it makes a
 * standard error that is a pipe non-blocking (`Socket._destroy` in lib/net.js asks for
 * `process.stderr`): the other holders of that pipe would be disturbed.
 *
 * @returns the two descriptors; the caller owns and closes them
 * @throws {SpoorError} SYSCALL_FAILED when the limit of open files is reached
 *
 * @example
 * ```ts
 * const [ours, theirs] = socketPair();
 * const child = spawn('cat', { stdio: [theirs, 'pipe', 'inherit'] });
 * closeSync(theirs);
 * writeSync(ours, 'hello'); // cat reads it from its stdin
 * closeSync(ours);
 * ```
 */
export function socketPair(): readonly [ours: number, theirs: number] {
  const fds = new Int32Array(2);
  const { libc, driver } = native();
  if (libc.socketpair(AF_UNIX, SOCK_STREAM_CLOEXEC, 0, fds) === 0) return [fds[0]!, fds[1]!];
  const errno = driver.errno();
  throw new SpoorError('SYSCALL_FAILED', `no pair of sockets can be made: ${errnoName(errno)}`, {
    call: 'socketpair',
    errno,
    remedy: 'Raise the limit of open files: ulimit -n 1024.',
  });
}
