import type { Finding } from '../finding.js';
import type { Machine } from '../machine.js';

/** The name and question of a benchmark. */
export interface Subject {
  readonly name: string;
  readonly title: string;
  /** Its question, in one or two sentences. */
  readonly question: string;
}

/** Compares the numbers of a run with the spread of another run. */
export interface Agreement {
  /** When the other began: RFC 3339. */
  readonly with: string;
  /** Rows of the tables that both have, with a spread. */
  readonly rows: number;
  /** Those whose median lies outside. */
  readonly outside: readonly string[];
}

/** One run of one benchmark, as it is kept. */
export interface Report {
  readonly subject: Subject;
  readonly finding: Finding;
  readonly machine: Machine;
  /** When it began: RFC 3339. */
  readonly at: string;
  readonly seconds: number;
  /**
   * Processes that were running when the whole run began, on average over a minute: of others, that
   * is.
   */
  readonly load: number;
  /** True for a smoke test, whose numbers mean nothing. */
  readonly quick: boolean;
  /** With the run before, of the same benchmark on the same machine. */
  readonly agreement?: Agreement;
}
