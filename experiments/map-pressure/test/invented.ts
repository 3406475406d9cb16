import type { Observation } from '../src/observe.js';
import { eventKey, type Segment } from '../src/truth.js';

/** A process that was forked, opened two files, and ended. */
export function segmentOf(changes: Partial<Segment> = {}): Segment {
  return {
    process: 1,
    segment: 0,
    parent: 0,
    parentSegment: 0,
    tgid: 101,
    startTicks: 5000,
    shape: 'orphan',
    entered: 'fork',
    followed: true,
    isNew: true,
    exe: '/bin/tree',
    unlinked: false,
    filename: '',
    firstMark: 0,
    marks: 2,
    threads: 0,
    told: 'words',
    exitCode: 2,
    ...changes,
  };
}

/** The process that starts all others. */
export const generator = segmentOf({
  process: 0,
  tgid: 100,
  startTicks: 4000,
  shape: 'generator',
  entered: 'alive',
  followed: false,
  isNew: false,
  marks: 0,
  exitCode: 0,
});

/** The observation of a correct trace for an event of this segment. */
export function observationOf(
  { tgid, startTicks, followed, isNew, exe, unlinked }: Segment,
  changes: Partial<Observation> & Pick<Observation, 'key'>,
): Observation {
  return { tgid, startTicks, followed, isNew, exe, unlinked, ...changes };
}

/**
 * All that a trace that makes no mistake says of the generator and of this process, which it has
 * forked.
 */
export function allOf(segment: Segment): Observation[] {
  const { tgid, startTicks } = segment;
  return [
    observationOf(generator, { key: eventKey.fork(tgid, startTicks) }),
    observationOf(segment, { key: eventKey.open(segment.process, 0) }),
    observationOf(segment, { key: eventKey.open(segment.process, 1) }),
    observationOf(segment, { key: eventKey.exit(tgid, startTicks), exitCode: 2 }),
    observationOf(generator, { key: eventKey.exit(generator.tgid, generator.startTicks), exitCode: 0 }),
  ];
}
