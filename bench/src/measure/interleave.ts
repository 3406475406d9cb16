import type { Series, Side } from '../finding.js';

/** The measurements of one round of one variant, by name. */
export type Sample = Readonly<Record<string, number>>;

/** One of the things that are compared. */
export interface Variant {
  readonly name: string;
  readonly side: Side;
  /** One round. */
  run(): Promise<Sample>;
}

export interface InterleaveOptions {
  readonly rounds: number;
  /** Rounds before them that do not count: code is compiled, caches are filled. Default: 0. */
  readonly warmUp?: number;
  readonly signal: AbortSignal;
  /** Told before each. */
  readonly onStep?: (step: { readonly round: number; readonly name: string }) => void;
}

/** The measurements of all rounds of all variants. */
export class Samples {
  readonly #variants: readonly Omit<Variant, 'run'>[];
  readonly #samples = new Map<string, Sample[]>();

  constructor(variants: readonly Omit<Variant, 'run'>[]) {
    this.#variants = variants;
    for (const { name } of variants) this.#samples.set(name, []);
  }

  add(name: string, sample: Sample): void {
    this.#samples.get(name)!.push(sample);
  }

  /** The series of one of the things that were measured, of the variants that measured it. */
  series(metric: string): Series[] {
    return this.#variants.flatMap(({ name, side }) => {
      const samples = this.#samples.get(name)!.flatMap((sample) => {
        const value = sample[metric];
        return value === undefined ? [] : [value];
      });
      return samples.length === 0 ? [] : [{ name, side, samples }];
    });
  }

  of(name: string): readonly Sample[] {
    return this.#samples.get(name) ?? [];
  }
}

/**
 * Runs the variants in turn, round after round, so that whatever disturbs the machine disturbs all
 * of them. Every round begins with another variant, and every second goes backwards: none is always
 * the one after the same other.
 *
 * @throws the signal's reason, between two steps
 */
export async function interleave(
  variants: readonly Variant[],
  { rounds, warmUp = 0, signal, onStep }: InterleaveOptions,
): Promise<Samples> {
  const samples = new Samples(variants);
  for (let round = -warmUp; round < rounds; round++) {
    for (const variant of turnOf(variants, round + warmUp)) {
      signal.throwIfAborted();
      onStep?.({ round: Math.max(round, 0), name: variant.name });
      const sample = await variant.run();
      if (round >= 0) samples.add(variant.name, sample);
    }
  }
  return samples;
}

/** The order of a round. */
export function turnOf<T>(items: readonly T[], round: number): readonly T[] {
  const start = items.length === 0 ? 0 : round % items.length;
  const turned = [...items.slice(start), ...items.slice(0, start)];
  return round % 2 === 0 ? turned : turned.reverse();
}
