/** One option of a subcommand. The parser and `--help` both read it. */
export interface Option {
  readonly name: string;
  readonly short?: string;
  /** Old names, which the parser still accepts. */
  readonly aliases?: readonly string[];
  /** The placeholder for the value in `--help`. An option without it is a switch. */
  readonly value?: string;
  /** True if the option may be repeated. */
  readonly multiple?: true;
  /** True if `--help` lists the option under "Advanced". */
  readonly advanced?: true;
  readonly help: string;
}

/** Everything that `--help` prints and the parser needs. */
export interface Usage {
  readonly name: string;
  readonly summary: string;
  /** The text after the name: `[options] [-- command [args…]]`. */
  readonly synopsis: string;
  /** The arguments that are not options. Without it there are none. */
  readonly positionals?: { readonly name: string; readonly min: number; readonly max: number };
  /** True if everything after `--` is a command to run. */
  readonly command?: true;
  readonly options: readonly Option[];
  /** Paragraphs below the options. */
  readonly notes?: readonly string[];
  readonly examples: readonly (readonly [command: string, what: string])[];
}

export const helpOption: Option = { name: 'help', short: 'h', help: 'Show this help.' };
