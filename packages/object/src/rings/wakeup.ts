import { errnoName, SpoorError } from '@spoor/core';
import type { Wakeup } from '@spoor/ring';
import { type Native, native } from '../ffi/native.js';
import type { KernelMap } from '../maps/kernel-map.js';

/** `sys/epoll.h` and `sys/eventfd.h`; the same on x86-64 and arm64. */
const EPOLL_CLOEXEC = 0x80000;
const EFD_CLOEXEC = 0x80000;
const EPOLL_CTL_ADD = 1;
const EPOLLIN = 1;
const EPOLLET = 0x80000000;
/** Bytes of `struct epoll_event`: 12 on x86-64, where it is packed. */
const EVENT_SIZE = 16;

/**
 * The thread comes back this often, so that what ends without `close` (a worker that is terminated)
 * waits no longer: milliseconds.
 */
const comeBackMs = 1000;

/** Those that a thread may wait for. A process that exits waits for its threads. */
const open = new Set<RingWakeup>();
const closeAll = () => {
  for (const wakeup of open) wakeup.close();
};

/**
 * Waits until a program wakes the readers of rings with `BPF_RB_FORCE_WAKEUP`. It waits on a thread
 * of Node's pool, and keeps the thread and the process alive until `close`. A reader that has one
 * can look at its ring seldom without missing a burst.
 *
 * A wake-up makes a record expensive. The programs of Spoor wake the reader when one more eighth of
 * a ring has filled, and when the reader sleeps.
 *
 * Requires Linux 5.8.
 *
 * @example
 * ```ts
 * using wakeup = new RingWakeup([loaded.map('ring')]);
 * if (await wakeup.wait(100)) reader.drain((data, offset, length) => console.log(length));
 * ```
 */
export class RingWakeup implements Wakeup, Disposable {
  readonly #native: Native;
  readonly #epoll: number;
  readonly #end: number;
  readonly #events: Uint8Array;
  readonly #eventsAddress: bigint;
  readonly #most: number;
  #waiting = false;
  #closed = false;

  /**
   * True if another one is possible: the driver has calls on other threads, and the pool keeps a
   * free thread.
   */
  static get possible(): boolean {
    const threads = Number.parseInt(process.env['UV_THREADPOOL_SIZE'] ?? '4', 10);
    return native().epollWaitElsewhere !== undefined && open.size + 1 < threads;
  }

  /**
   * Records that are in a ring already count as a wake-up. Close the wake-up before the object of
   * the maps.
   *
   * @throws {SpoorError} UNSUPPORTED when it is not `possible`
   * @throws {SpoorError} SYSCALL_FAILED when the limit of open files is reached
   * @throws {SpoorError} WRONG_PHASE when the object is closed
   */
  constructor(rings: readonly KernelMap[]) {
    if (!RingWakeup.possible) {
      throw new SpoorError('UNSUPPORTED', 'there is no thread that could wait for rings', {
        remedy: 'Look at them more often, or set UV_THREADPOOL_SIZE higher and use the FFI driver koffi.',
      });
    }
    this.#native = native();
    this.#most = rings.length + 1;
    this.#events = new Uint8Array(new ArrayBuffer(this.#most * EVENT_SIZE));
    this.#eventsAddress = this.#native.driver.address(this.#events);
    const { libc } = this.#native;
    this.#epoll = this.#checked('epoll_create1', libc.epoll_create1(EPOLL_CLOEXEC));
    try {
      this.#end = this.#checked('eventfd', libc.eventfd(0, EFD_CLOEXEC));
    } catch (error) {
      libc.close(this.#epoll);
      throw error;
    }
    try {
      this.#add(this.#end, EPOLLIN);
      // Edge-triggered: what lies in a ring wakes nobody, only a program does.
      for (const { fd } of rings) this.#add(fd, EPOLLIN | EPOLLET);
    } catch (error) {
      this.#release();
      throw error;
    }
    if (open.size === 0) process.on('exit', closeAll);
    open.add(this);
  }

  /**
   * Waits for the next wake-up. Do not call it again before it has ended.
   *
   * @param timeoutMs milliseconds; default: no limit
   * @returns true if a program woke the reader since the last wait; false if the time is over or
   *   `close` was called
   */
  async wait(timeoutMs = Number.POSITIVE_INFINITY): Promise<boolean> {
    const { epollWaitElsewhere } = this.#native;
    if (epollWaitElsewhere === undefined) return false;
    for (let left = timeoutMs; !this.#closed; left -= comeBackMs) {
      const time = Math.max(0, Math.min(left, comeBackMs));
      this.#waiting = true;
      const ready = await epollWaitElsewhere(this.#epoll, this.#eventsAddress, this.#most, time);
      this.#waiting = false;
      if (this.#closed) {
        this.#release();
        return false;
      }
      // -1 is a signal: there may be something to see as well.
      if (ready !== 0) return true;
      if (left <= comeBackMs) return false;
    }
    return false;
  }

  /** Ends the wait and gives back the thread and the descriptors. Idempotent. */
  close(): void {
    if (this.#closed) return;
    this.#closed = true;
    open.delete(this);
    if (open.size === 0) process.off('exit', closeAll);
    // A descriptor that is closed under a thread that waits for it would wake nobody.
    if (this.#waiting) this.#native.libc.eventfd_write(this.#end, 1n);
    else this.#release();
  }

  [Symbol.dispose](): void {
    this.close();
  }

  #add(fd: number, events: number): void {
    const event = new Uint32Array(new ArrayBuffer(EVENT_SIZE));
    event[0] = events;
    this.#checked('epoll_ctl', this.#native.libc.epoll_ctl(this.#epoll, EPOLL_CTL_ADD, fd, event));
  }

  #release(): void {
    const { libc } = this.#native;
    libc.close(this.#end);
    libc.close(this.#epoll);
  }

  #checked(call: string, result: number): number {
    if (result >= 0) return result;
    const number = this.#native.driver.errno();
    throw new SpoorError('SYSCALL_FAILED', `rings cannot be waited for: ${errnoName(number)}`, {
      call,
      errno: number,
    });
  }
}
