import { SpoorError } from '@spoor/core';

/**
 * A process of the experiment writes this down of itself: a span over which its facts are the same,
 * and the events that have to come of it. `generator/tree/self.c` writes it.
 */
export interface Segment {
  /** The experiment's own numbers, from 0: the generator. */
  readonly process: number;
  readonly segment: number;
  readonly parent: number;
  readonly parentSegment: number;
  /** As the initial process namespace has it; with the start in ticks since boot, the identity. */
  readonly tgid: number;
  readonly startTicks: number;
  readonly shape: string;
  /** How the segment began. `turn`: by no event. `alive`: it was there before the trace. */
  readonly entered: 'fork' | 'exec' | 'turn' | 'alive';
  readonly followed: boolean;
  readonly isNew: boolean;
  readonly exe: string;
  readonly unlinked: boolean;
  /** The executed program, if the segment began with an exec. */
  readonly filename: string;
  /** Marked opens: numbers from `firstMark`. */
  readonly firstMark: number;
  readonly marks: number;
  readonly threads: number;
  /** The source that shows a process is followed when its words are kept nowhere. */
  readonly told: 'words' | 'ancestor' | 'task';
  /** Null when it is not the last segment of the process. */
  readonly exitCode: number | null;
}

/** An event that has to come. */
export interface Expectation {
  /** The `Observation.key` of that event. */
  readonly key: string;
  readonly kind: 'open' | 'fork' | 'exec' | 'exit';
  /** Whose facts it has. */
  readonly segment: Segment;
}

export const eventKey = {
  open: (process: number, mark: number) => `open ${process} ${mark}`,
  fork: (tgid: number, startTicks: number) => `fork ${tgid} ${startTicks}`,
  /** At most one a process here. */
  thread: (tgid: number, startTicks: number) => `thread ${tgid} ${startTicks}`,
  exec: (process: number, segment: number) => `exec ${process} ${segment}`,
  exit: (tgid: number, startTicks: number) => `exit ${tgid} ${startTicks}`,
};

/**
 * The lines of a truth file.
 *
 * @throws SpoorError `RECORDING_INVALID` for a file that is not whole: it cannot be compared with
 *   anything
 */
export function parseTruth(text: string): Segment[] {
  const segments = text
    .split('\n')
    .filter((line) => line !== '')
    .map(parseLine);
  const ended = new Set(segments.filter(({ exitCode }) => exitCode !== null).map(({ process }) => process));
  const endless = segments.find(({ process }) => !ended.has(process));
  if (endless === undefined) return segments;
  throw invalid(`process ${endless.process} (${endless.shape}) did not write down its end`);
}

function parseLine(line: string, index: number): Segment {
  try {
    return JSON.parse(line) as Segment;
  } catch (cause) {
    throw invalid(`line ${index + 1} is no JSON`, cause);
  }
}

function invalid(what: string, cause?: unknown): SpoorError {
  return new SpoorError('RECORDING_INVALID', `The truth of the experiment is not whole: ${what}`, {
    remedy: 'A process of the experiment failed; standard error says which.',
    cause,
  });
}

/** All events that have to come of these segments. */
export function expectations(segments: readonly Segment[]): Expectation[] {
  const bySegment = new Map(segments.map((segment) => [`${segment.process} ${segment.segment}`, segment]));
  return segments.flatMap((segment) => {
    const { process, tgid, startTicks, entered, exitCode } = segment;
    const expected: Expectation[] = [];
    const expect = (kind: Expectation['kind'], key: string, of: Segment = segment) =>
      expected.push({ kind, key, segment: of });

    for (let mark = segment.firstMark; mark < segment.firstMark + segment.marks; mark++)
      expect('open', eventKey.open(process, mark));
    if (segment.threads > 1) throw invalid(`process ${process} started ${segment.threads} threads`);
    if (segment.threads > 0) expect('fork', eventKey.thread(tgid, startTicks));
    if (entered === 'exec') expect('exec', eventKey.exec(process, segment.segment));
    if (entered === 'fork') {
      const parent = bySegment.get(`${segment.parent} ${segment.parentSegment}`);
      if (parent === undefined) throw invalid(`process ${process} has a parent that wrote nothing down`);
      expect('fork', eventKey.fork(tgid, startTicks), parent);
    }
    if (exitCode !== null) expect('exit', eventKey.exit(tgid, startTicks));
    return expected;
  });
}
