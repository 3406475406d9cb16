/** The line about the machine: `--machine`. Null is what an old recording does not have. */
export interface MachineLine {
  readonly event: 'machine';
  readonly time: string | null;
  readonly host: string | null;
  readonly bootId: string | null;
  readonly kernel: string | null;
  readonly architecture: string | null;
  readonly spoor: string | null;
  readonly command: readonly string[] | null;
  readonly scopes: readonly string[] | null;
  readonly events: readonly string[] | null;
  readonly untraced: readonly string[] | null;
}

/**
 * Returns the line about a machine.
 *
 * @param facts those of a trace, or of a recording: any values
 */
export function machineLine(facts: Readonly<Record<string, unknown>>): MachineLine {
  return {
    event: 'machine',
    time: textOf(facts['time']),
    host: textOf(facts['host']),
    bootId: textOf(facts['bootId']),
    kernel: textOf(facts['kernel']),
    architecture: textOf(facts['architecture']),
    spoor: textOf(facts['spoor']),
    command: textsOf(facts['command']),
    scopes: textsOf(facts['scopes']),
    events: textsOf(facts['events']),
    untraced: textsOf(facts['untraced']),
  };
}

const textOf = (value: unknown): string | null => (typeof value === 'string' ? value : null);

const textsOf = (value: unknown): readonly string[] | null =>
  Array.isArray(value) && value.every((text) => typeof text === 'string') ? value : null;
