import { type FeatureName, features } from '@spoor/object';
import type { Check } from './check.js';

/** Features that nothing can take the place of. */
const needed: ReadonlySet<FeatureName> = new Set(['kernel_btf', 'ring_buffer', 'tp_btf']);

/** What to do about one that is missing, where there is something. */
const remedies: Partial<Record<FeatureName, string>> = {
  kernel_btf: 'Boot a kernel built with CONFIG_DEBUG_INFO_BTF=y; all large distributions have one.',
  lsm: 'Boot with bpf among the security modules: lsm=…,bpf. spoor does without.',
};

/** What the kernel can do for BPF: tried, not guessed. */
export function checkFeatures(): readonly Check[] {
  return features.names.map((feature) => {
    const { what, since, why } = features.describe(feature);
    const name = feature.replaceAll('_', ' ');
    if (why === undefined) return { name, status: 'ok', found: what };
    const remedy = remedies[feature];
    return {
      name,
      status: needed.has(feature) ? 'missing' : 'reduced',
      found: `${why} (${what}; since ${since})`,
      ...(remedy === undefined ? {} : { remedy }),
    };
  });
}
