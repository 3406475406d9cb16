/** One option of a subcommand: what the parser takes and what `--help` says of it, in one row. */
export interface Option {
  readonly name: string;
  readonly short?: string;
  /** What the value is called in `--help`; an option without it is a switch. */
  readonly value?: string;
  /** May be given more than once. */
  readonly multiple?: true;
  readonly help: string;
}

/** Everything that `--help` says and the parser needs. */
export interface Usage {
  readonly name: string;
  readonly summary: string;
  /** What follows the name: `[options] [-- command [args…]]`. */
  readonly synopsis: string;
  /** What may follow the options; absent: nothing. */
  readonly positionals?: { readonly name: string; readonly min: number; readonly max: number };
  /** Everything after `--` is a command of its own. */
  readonly command?: true;
  readonly options: readonly Option[];
  /** Paragraphs below the options. */
  readonly notes?: readonly string[];
  readonly examples: readonly (readonly [command: string, what: string])[];
}

export const helpOption: Option = { name: 'help', short: 'h', help: 'Show this help.' };
