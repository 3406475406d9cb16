import { type FeatureName, features } from '@spoor/object';
import type { Check } from './check.js';

/** Features that nothing can take the place of. */
const needed: ReadonlySet<FeatureName> = new Set(['kernel_btf', 'ring_buffer', 'tp_btf']);

/** What to do about one that is missing; about the others nothing needs to be done. */
const remedies: Partial<Record<FeatureName, string>> = {
  kernel_btf: 'Boot a kernel built with CONFIG_DEBUG_INFO_BTF=y; all large distributions have one.',
  ring_buffer: 'Boot a kernel from 5.10 on.',
  tp_btf: 'Boot a kernel from 5.10 on, built with CONFIG_DEBUG_INFO_BTF=y.',
  iterators:
    'Boot a kernel from 5.10 on: without, a process that was there before is met when it next does something.',
  task_storage: 'Boot a kernel from 5.11 on: until then a hash takes its place, at some cost.',
  task_storage_tracing: 'Boot a kernel from 5.11 on: until then a hash takes its place, at some cost.',
  bpf_loop:
    'Boot a kernel from 5.17 on: until then paths are walked in unrolled loops, which load more slowly.',
};

const noRemedy = 'Nothing needs to be done: spoor does without.';

/** What the kernel can do for BPF: tried, not guessed. */
export function checkFeatures(): readonly Check[] {
  return features.names.map((feature) => {
    const { what, since, why } = features.describe(feature);
    const name = feature.replaceAll('_', ' ');
    if (why === undefined) return { name, status: 'ok', found: what };
    return {
      name,
      status: needed.has(feature) ? 'missing' : 'reduced',
      found: `${why}; ${what}, since ${since}`,
      remedy: remedies[feature] ?? noRemedy,
    };
  });
}
