import { native } from '../ffi/native.js';
import { hasKernelFunction, hasTypedTracepoint } from '../load/kernel-types.js';
import { type FeatureName, type Probe, probes, refusesAll } from './probes.js';

export interface Feature {
  readonly name: FeatureName;
  /** What it is good for, in a line. */
  readonly what: string;
  /** First kernel with it, where its configuration allows. */
  readonly since: string;
  readonly available: boolean;
  /** Why it is not available; undefined when it is. */
  readonly why: string | undefined;
  /** Whether bpf(2) is refused to this process altogether, so that nobody knows what the kernel has. */
  readonly unknown: boolean;
}

interface Answer {
  readonly why: string | undefined;
  readonly unknown: boolean;
}

const answers = new Map<FeatureName, Answer>();

/** What is wrong with it, found out at most once a process: loads a tiny program or map and lets go of it. */
function answer(name: FeatureName): Answer {
  const known = answers.get(name);
  if (known !== undefined) return known;
  const found = find(probes[name]);
  answers.set(name, found);
  return found;
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
 * What the running kernel can do, tried and not guessed from its version: distributions backport and leave out. Each
 * answer is found out when it is first asked for and kept for the life of the process.
 *
 * @throws SpoorError `LIBBPF_MISSING`, `LIBBPF_TOO_OLD`, `FFI_UNKNOWN`, `FFI_UNAVAILABLE`; never for a missing feature
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

  /** Whether the kernel itself, not one of its modules, has a tracepoint of this name, with types. */
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
