import type { Observation } from './observe.js';
import { type Expectation, expectations, type Segment } from './truth.js';

/** How the events that had to come compare with those that came. */
export interface Tally {
  /** Events that had to come. */
  expected: number;
  /** Of these, how many came; and how many did not. */
  delivered: number;
  lost: number;
  /** Of these, came once and with every fact right. */
  right: number;
  /** Events that came more often than once, counted beyond the first. */
  duplicated: number;
  /**
   * Of the followed scope: events that had to be in it, those that were, and those that were and
   * had not to be.
   */
  followExpected: number;
  followFound: number;
  followWrong: number;
  /** Of what came: not in the followed scope, and had to be. */
  forgotten: number;
  /** Of what came: with a fact that is not true. */
  wrongBinary: number;
  wrongNew: number;
  /** The process's identity, whether its binary is unlinked, what was executed, its exit status. */
  wrongOther: number;
}

export interface Comparison {
  readonly total: Tally;
  readonly shapes: ReadonlyMap<string, Tally>;
  /** Of what had to be in the followed scope, by what tells so when words are lost. */
  readonly told: Readonly<Record<Segment['told'], Tally>>;
  /** Events that nobody did. */
  readonly unexpected: number;
  /** The first faults of each shape, in words. */
  readonly faults: readonly string[];
}

const faultsOfAShape = 3;

export function compare(segments: readonly Segment[], observations: readonly Observation[]): Comparison {
  const came = new Map<string, Observation[]>();
  for (const observation of observations) {
    const same = came.get(observation.key);
    if (same === undefined) came.set(observation.key, [observation]);
    else same.push(observation);
  }

  const shapes = new Map<string, Tally>();
  const told = { words: emptyTally(), ancestor: emptyTally(), task: emptyTally() };
  const faults = new Map<string, string[]>();
  for (const expectation of expectations(segments)) {
    const { shape } = expectation.segment;
    const tally = emptyTally();
    const fault = count(tally, expectation, came.get(expectation.key) ?? []);
    shapes.set(shape, sumTallies([tally, shapes.get(shape) ?? emptyTally()]));
    if (expectation.segment.followed) {
      told[expectation.segment.told] = sumTallies([tally, told[expectation.segment.told]]);
    }
    came.delete(expectation.key);
    if (fault === undefined) continue;
    const known = faults.get(shape) ?? [];
    faults.set(shape, known);
    if (known.length < faultsOfAShape) known.push(fault);
  }
  const unexpected = [...came.values()].flat();
  return {
    total: sumTallies(shapes.values()),
    shapes,
    told,
    unexpected: unexpected.length,
    faults: [
      ...[...faults.values()].flat(),
      ...unexpected
        .slice(0, faultsOfAShape)
        .map((observation) => `nobody did: ${JSON.stringify(observation)}`),
    ],
  };
}

/** Counts one event that had to come; says what was wrong with it. */
function count(
  tally: Tally,
  { key, kind, segment }: Expectation,
  events: readonly Observation[],
): string | undefined {
  tally.expected++;
  if (segment.followed) tally.followExpected++;
  const [event] = events;
  if (event === undefined) {
    tally.lost++;
    return `${segment.shape}: ${key}: lost`;
  }
  tally.delivered++;
  tally.duplicated += events.length - 1;
  if (event.followed) {
    if (segment.followed) tally.followFound++;
    else tally.followWrong++;
  } else if (segment.followed) tally.forgotten++;

  const wrong = {
    follow: event.followed !== segment.followed,
    binary: event.exe !== segment.exe,
    new: event.isNew !== segment.isNew,
    unlinked: event.unlinked !== segment.unlinked,
    // The fork is known by its child's identity; its own has to be its parent's.
    identity: event.tgid !== segment.tgid || event.startTicks !== segment.startTicks,
    filename: kind === 'exec' && event.filename !== segment.filename,
    exit: kind === 'exit' && event.exitCode !== segment.exitCode,
    number: events.length > 1,
  };
  if (wrong.binary) tally.wrongBinary++;
  if (wrong.new) tally.wrongNew++;
  if (wrong.unlinked || wrong.identity || wrong.filename || wrong.exit) tally.wrongOther++;
  const names = Object.entries(wrong).flatMap(([name, isWrong]) => (isWrong ? [name] : []));
  if (names.length === 0) {
    tally.right++;
    return undefined;
  }
  return `${segment.shape}: ${key}: wrong ${names.join(', ')}: ${JSON.stringify({ event, truth: segment })}`;
}

function emptyTally(): Tally {
  return {
    expected: 0,
    delivered: 0,
    lost: 0,
    right: 0,
    duplicated: 0,
    followExpected: 0,
    followFound: 0,
    followWrong: 0,
    forgotten: 0,
    wrongBinary: 0,
    wrongNew: 0,
    wrongOther: 0,
  };
}

export function sumTallies(tallies: Iterable<Tally>): Tally {
  const total = emptyTally();
  const names = Object.keys(total) as (keyof Tally)[];
  for (const tally of tallies) for (const name of names) total[name] += tally[name];
  return total;
}

/** Of what had to be in the followed scope, the share that was; 1 when nothing had to be. */
export function recall({ followExpected, followFound }: Tally): number {
  return followExpected === 0 ? 1 : followFound / followExpected;
}

/** Of what was in the followed scope, the share that had to be; 1 when nothing was. */
export function precision({ followFound, followWrong }: Tally): number {
  return followFound + followWrong === 0 ? 1 : followFound / (followFound + followWrong);
}
