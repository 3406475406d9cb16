import type { Usage } from './args/option.js';
import type { Arguments } from './args/parse.js';
import type { Outcome } from './exit-status.js';
import type { Io } from './io.js';

/** A subcommand of `spoor`: one file in `commands/`, one line in `subcommands.ts`. */
export interface Subcommand {
  readonly usage: Usage;
  /** Resolves to the outcome of `spoor`. */
  run(args: Arguments, io: Io): Promise<Outcome>;
}
