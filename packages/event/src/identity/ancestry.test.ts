import { describe, expect, it } from 'vitest';
import { Ancestry } from './ancestry.js';

/** A process with this id, which starts at the time of that number unless another is given. */
const at = (tgid: number, startTimeNs = BigInt(tgid)) => ({ tgid, startTimeNs });

/** Each process starts the next. */
function chain(...processes: readonly ReturnType<typeof at>[]): Ancestry {
  const ancestry = new Ancestry();
  for (const [index, child] of processes.slice(1).entries()) ancestry.fork(processes[index]!, child);
  return ancestry;
}

describe('Ancestry', () => {
  it('knows the parent of a process whose fork was seen', () => {
    const ancestry = chain(at(1), at(2), at(3));
    expect(ancestry.parentOf(at(3), 2)).toMatchObject(at(2));
    expect(ancestry.parentOf(at(2), 1)).toMatchObject(at(1));
    expect(ancestry.parentOf(at(1), 0)).toBeUndefined();
  });

  it('knows a grandparent that is the parent, by CLONE_PARENT or after the end of the parent', () => {
    const ancestry = chain(at(1), at(2), at(3), at(4));
    ancestry.exit(at(3), 10n);
    expect(ancestry.parentOf(at(4), 2)).toMatchObject(at(2));
    ancestry.exit(at(2), 11n);
    expect(ancestry.parentOf(at(4), 1)).toMatchObject(at(1));
    expect(ancestry.parentOf(at(4), 99)).toBeUndefined();
  });

  it('does not take a creator for the parent that ended before the process started', () => {
    const ancestry = chain(at(1), at(2), at(3));
    ancestry.exit(at(1), 3n);
    ancestry.fork(at(3), at(4));
    // Process 1 that is the parent now has another start time, which nothing tells.
    expect(ancestry.parentOf(at(4), 1)).toBeUndefined();
    expect(ancestry.parentOf(at(4), 3)).toMatchObject(at(3));
  });

  it('distinguishes processes with one id by the start time', () => {
    const ancestry = chain(at(1), at(2));
    ancestry.fork(at(1), at(2, 50n));
    expect(ancestry.parentOf(at(2, 50n), 1)).toMatchObject(at(1));
    expect(ancestry.parentOf(at(2, 2n), 1)).toMatchObject(at(1));
    expect(ancestry.parentOf(at(2, 51n), 1)).toBeUndefined();
  });

  it('keeps the parent of a process that has ended', () => {
    const ancestry = chain(at(1), at(2));
    ancestry.exit(at(2), 9n);
    expect(ancestry.parentOf(at(2), 1)).toMatchObject(at(1));
  });

  it('is bounded for any number of processes and for any depth', () => {
    const ancestry = new Ancestry();
    for (let tgid = 2; tgid < 200_000; tgid++) ancestry.fork(at(tgid - 1), at(tgid));
    expect(ancestry.parentOf(at(3), 2)).toBeUndefined();
    expect(ancestry.parentOf(at(199_999), 199_998)).toMatchObject(at(199_998));
    expect(ancestry.parentOf(at(199_999), 199_991)).toMatchObject(at(199_991));
    expect(ancestry.parentOf(at(199_999), 199_990)).toBeUndefined();
  });
});
