import type { Goal, Measurement, Observation } from './finding.js';
import type { Peers } from './peers/peers.js';
import type { PeerName } from './peers/table.js';
import type { Subject } from './report/report.js';

/** The surroundings in which a benchmark runs. */
export interface Bench {
  /** A smoke test: every path is taken once, and nothing is judged. */
  readonly quick: boolean;
  /** Aborts when the run is interrupted. Whatever waits has to hear it. */
  readonly signal: AbortSignal;
  /** A folder of its own, which is removed afterwards. */
  readonly folder: string;
  readonly peers: Peers;
  /** Says what is being done, on standard error. */
  progress(text: string): void;
}

/** One question of speed. A benchmark is one file and one line in `benchmarks/index.ts`. */
export interface Benchmark extends Subject {
  /** Programs that it compares with, by their names in `peers/table.ts`. */
  readonly peers: readonly PeerName[];
  /**
   * One pass of some: rounds that are far enough from those of the next one to meet the machine in
   * another mood.
   */
  run(bench: Bench): Promise<Observation>;
  /** Judges the measurements of all passes. */
  goals(measurements: readonly Measurement[]): readonly Goal[];
}

/** How many: `few` in a smoke test. */
export function atScale({ quick }: Bench, many: number, few: number): number {
  return quick ? few : many;
}
