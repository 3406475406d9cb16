import { nearest, SpoorError } from '@spoor/core';
import { native } from '../ffi/native.js';
import { hasKernelFunction, hasTypedTracepoint } from '../load/kernel-types.js';
import { type FeatureName, type Probe, probes, refusesAll } from './probes.js';

export interface Feature {
  readonly name: FeatureName;
  /** One line about its use. */
  readonly what: string;
  /** First kernel with it, where its configuration allows. */
  readonly since: string;
  readonly available: boolean;
  /** Why it is not available; undefined when it is. */
  readonly why: string | undefined;
  /** True if the process may not call bpf(2) at all, so that the feature is unknown. */
  readonly unknown: boolean;
}

interface Answer {
  readonly why: string | undefined;
  readonly unknown: boolean;
}

const answers = new Map<FeatureName, Answer>();

/**
 * Returns the reason why a feature is missing. Probes once per process, by loading a tiny program
 * or map.
 */
function answer(name: FeatureName): Answer {
  if (!Object.hasOwn(probes, name)) throw unknownFeature(String(name));
  const known = answers.get(name);
  if (known !== undefined) return known;
  const found = find(probes[name]);
  answers.set(name, found);
  return found;
}

function unknownFeature(name: string): SpoorError {
  const guess = nearest(name, features.names);
  return new SpoorError('INVALID_VALUE', `features: unknown feature ${JSON.stringify(name)}`, {
    remedy: guess === undefined ? `Features are ${features.names.join(', ')}.` : `Did you mean ${guess}?`,
  });
}

function find({ probe, byFile }: Probe): Answer {
  const why = probe(native());
  // libbpf answers "no" to whoever may not ask.
  const refusal = why === undefined || byFile ? undefined : refusesAll(native());
  return { why: refusal ?? why, unknown: refusal !== undefined };
}

function problem(name: FeatureName): string | undefined {
  return answer(name).why;
}

/**
 * The features of the running kernel, by probes and not by its version, because distributions
 * backport. Each feature is probed when it is first asked for, and its answer is kept.
 *
 * @throws {SpoorError} INVALID_VALUE when a feature does not exist
 * @throws {SpoorError} LIBBPF_MISSING or LIBBPF_TOO_OLD when libbpf 1.0 cannot be loaded
 * @throws {SpoorError} FFI_UNKNOWN or FFI_UNAVAILABLE when the driver of SPOOR_FFI cannot be used
 *
 * @example
 * ```ts
 * if (!features.has('ring_buffer')) console.error(features.why('ring_buffer'));
 * ```
 */
export const features = {
  names: Object.keys(probes) as readonly FeatureName[],

  has(name: FeatureName): boolean {
    return problem(name) === undefined;
  },

  /** Why the feature is not available; undefined when it is. */
  why(name: FeatureName): string | undefined {
    return problem(name);
  },

  /**
   * Returns true if the kernel itself, not one of its modules, has a tracepoint of this name, with
   * types.
   */
  hasTracepoint(name: string): boolean {
    return hasTypedTracepoint(native(), name);
  },

  /**
   * Returns true if the kernel itself, not one of its modules, has a function of this name that
   * `fentry` programs can hook. The name must not also be that of a type or a field.
   */
  hasFunction(name: string): boolean {
    return hasKernelFunction(native(), name);
  },

  describe(name: FeatureName): Feature {
    const { why, unknown } = answer(name);
    const { what, since } = probes[name];
    return { name, what, since, available: why === undefined, why, unknown };
  },
};
