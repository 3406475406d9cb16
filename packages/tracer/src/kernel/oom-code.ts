import { closeSync, openSync, readSync } from 'node:fs';

/** A range of the kernel's code. `end` is the address behind it. */
export interface CodeRange {
  readonly start: bigint;
  readonly end: bigint;
}

/** A function of mm/oom_kill.c that the OOM kill goes through. All are close together. */
const oomFunction = /^([0-9a-f]+) t (__oom_kill_process|oom_kill_process|out_of_memory)(?!\.cold)(\.|$)/i;
const oomCodeMax = 65_536n;

/**
 * Returns where the kernel's code for the OOM kill is. Undefined if /proc/kallsyms does not show
 * it.
 */
export function oomCode(symbols: Iterable<string> = kernelSymbols()): CodeRange | undefined {
  let first: string | undefined;
  let isLast = false;
  for (const line of symbols) {
    const [, address, name] = oomFunction.exec(line) ?? [];
    first ??= address;
    if (isLast && address === undefined) return rangeOf(first, line);
    isLast = name === 'out_of_memory';
  }
  return undefined;
}

function rangeOf(first: string | undefined, next: string): CodeRange | undefined {
  const start = BigInt(`0x${first}`);
  const end = BigInt(`0x${next.split(' ', 1)[0]}`);
  return start < end && end - start <= oomCodeMax ? { start, end } : undefined;
}

/** Lines of /proc/kallsyms, in the order of the addresses. Reads no more than is asked for. */
function* kernelSymbols(): Generator<string> {
  let fd: number;
  try {
    fd = openSync('/proc/kallsyms', 'r');
  } catch {
    return;
  }
  try {
    const buffer = Buffer.alloc(65_536);
    let rest = '';
    for (let length = readSync(fd, buffer); length > 0; length = readSync(fd, buffer)) {
      const lines = (rest + buffer.toString('latin1', 0, length)).split('\n');
      rest = lines.pop() ?? '';
      yield* lines;
    }
  } finally {
    closeSync(fd);
  }
}
