import type { Native } from '../ffi/native.js';

/** `sigset_t` of glibc and musl: 1024 signals. */
const sigsetBytes = 128;
/** `how` of sigprocmask(2), `asm-generic/signal-defs.h`. */
const SIG_SETMASK = 2;

/**
 * Runs something in which no signal may come to this thread; other threads take those meant for the
 * process, and what is meant for this one waits. The kernel stops verifying a program when a signal
 * comes (EAGAIN), and libbpf gives up after five times: a timer of a millisecond, such as that of
 * `node --cpu-prof`, would keep everything from loading.
 */
export function withoutSignals<T>({ libc }: Native, action: () => T): T {
  const before = new Uint8Array(sigsetBytes);
  libc.sigprocmask(SIG_SETMASK, new Uint8Array(sigsetBytes).fill(0xff), before);
  try {
    return action();
  } finally {
    libc.sigprocmask(SIG_SETMASK, before, null);
  }
}
