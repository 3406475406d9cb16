/** The machine that was traced: some numbers mean something else on another one. */
export type Architecture = 'x64' | 'arm64';

/** Names of numbers, in both directions. `Name` includes null if a number means nothing. */
export interface Names<Name extends string | null = string | null> {
  /**
   * The name of a number; the digits of a number without a name; null for a number that means
   * nothing.
   */
  of(value: number, machine: Architecture): Name;
  /** The number of a name; undefined for an unknown name. */
  numberOf(name: string, machine: Architecture): number | undefined;
  /** Some names, for messages. */
  readonly examples: string;
  /** True if digits are octal, as `of` writes them. */
  readonly octal?: true;
}

/** Permissions as people write them: `0755`. */
export const octalNumbers: Names<string> = {
  of: (value) => value.toString(8).padStart(4, '0'),
  numberOf: (text) => (/^[0-7]{1,10}$/.test(text) ? Number.parseInt(text, 8) : undefined),
  examples: '0755',
  octal: true,
};

/** Makes names from a function and the numbers that have names. */
export function namesOf<Name extends string | null>(
  of: Names<Name>['of'],
  numbers: readonly number[],
  examples: string,
): Names<Name> {
  const known = new Map<Architecture, Map<string | null, number>>();
  return {
    of,
    examples,
    numberOf(name, machine) {
      const found =
        known.get(machine) ?? new Map(numbers.map((number) => [of(number, machine), number] as const));
      known.set(machine, found);
      return found.get(name);
    },
  };
}

/** The numbers from `first` to `last`. */
export const numbersTo = (last: number, first = 0): number[] =>
  Array.from({ length: last - first + 1 }, (_, index) => first + index);

/** Makes names from a list in the order of the numbers. */
export const listedNames = (names: readonly string[], examples: string): Names<string> =>
  namesOf((value) => names[value] ?? String(value), numbersTo(names.length - 1), examples);
