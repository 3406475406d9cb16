import { type Names, namesOf, numbersTo } from './names.js';

/** Linux signals 1 to 31 on x86-64 and arm64: include/uapi/asm-generic/signal.h. */
const names =
  `HUP INT QUIT ILL TRAP ABRT BUS FPE KILL USR1 SEGV USR2 PIPE ALRM TERM STKFLT CHLD CONT STOP TSTP TTIN TTOU URG XCPU
XFSZ VTALRM PROF WINCH IO PWR SYS`.split(/\s+/);

/**
 * Signals from here on are real-time ones, as the kernel counts them; libc keeps the first two for
 * itself.
 */
const realTime = 32;

export const signals: Names = namesOf(signalName, numbersTo(64, 1), 'SIGTERM, SIGKILL');

/** Returns `SIGKILL` for 9, `SIGRT5` for 37, and null for 0, which is not a signal. */
function signalName(signal: number): string | null {
  if (signal === 0) return null;
  const name = names[signal - 1];
  if (name !== undefined) return `SIG${name}`;
  return signal >= realTime && signal <= 64 ? `SIGRT${signal - realTime}` : String(signal);
}
