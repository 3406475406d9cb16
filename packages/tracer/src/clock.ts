import { bootTimeNs } from '@spoor/object';

const tries = 5;

/**
 * Nanoseconds to add to a time of the boot clock to get nanoseconds since 1970, as of now: the offset moves when
 * somebody sets the wall clock. The boot clock is read between two readings of the wall clock, and the narrowest of
 * a few tries wins; the error is at most half the time between those two.
 */
export function wallClockOffsetNs(): bigint {
  let narrowest: { readonly gap: bigint; readonly offset: bigint } | undefined;
  for (let index = 0; index < tries; index++) {
    const before = wallClockNs();
    const boot = bootTimeNs();
    const gap = wallClockNs() - before;
    if (narrowest === undefined || gap < narrowest.gap) {
      narrowest = { gap, offset: before + gap / 2n - boot };
    }
  }
  return narrowest!.offset;
}

/** Node's only sub-millisecond wall clock: where the process began, and the time since then. */
function wallClockNs(): bigint {
  return (
    BigInt(Math.round(performance.timeOrigin * 1e3)) * 1000n + BigInt(Math.round(performance.now() * 1e6))
  );
}
