import { type Feature, type FeatureName, features } from '@spoor/object';
import { readEnvironment } from '@spoor/object/system';
import type { Check } from './check.js';

/** Features without a fallback. */
const needed: ReadonlySet<FeatureName> = new Set(['kernel_btf', 'ring_buffer', 'tp_btf']);

/** The remedy for each feature without a fallback. */
const remedies: Partial<Record<FeatureName, string>> = {
  kernel_btf: 'Boot a kernel built with CONFIG_DEBUG_INFO_BTF=y. All large distributions have one.',
  ring_buffer: 'Boot a kernel 5.10 or later.',
  tp_btf: 'Boot a kernel 5.10 or later, built with CONFIG_DEBUG_INFO_BTF=y.',
  iterators:
    'Boot a kernel 5.10 or later. Until then spoor notices an older process only when it does something.',
  task_storage: 'Boot a kernel 5.11 or later. Until then spoor uses a hash map, which is slower.',
  task_storage_tracing: 'Boot a kernel 5.11 or later. Until then spoor uses a hash map, which is slower.',
  bpf_loop:
    'Boot a kernel 5.17 or later. Until then spoor unrolls the loops over paths, and starts more slowly.',
};

const noRemedy = 'optional; spoor does not need it';

/** Checks the BPF features of the kernel by trying each of them. */
export function checkFeatures(): readonly Check[] {
  const described = features.names.map((name) => features.describe(name));
  const { hasSysfs } = readEnvironment();
  const checks = described
    .filter((feature) => !feature.unknown)
    .map((feature) => checkFeature(feature, hasSysfs ? undefined : 'Mount sysfs: mount -t sysfs sysfs /sys'));
  const unknown = described.filter((feature) => feature.unknown);
  return unknown.length === 0 ? checks : [...checks, unknownFeatures(unknown)];
}

/** @param first what has to be done before another remedy helps */
function checkFeature(feature: Feature, first: string | undefined): Check {
  const { what, since, why } = feature;
  const name = wordsOf(feature);
  if (why === undefined) return { name, status: 'ok', found: what };
  return {
    name,
    status: needed.has(feature.name) ? 'missing' : 'reduced',
    found: `${why}; ${what}, since ${since}`,
    remedy: first ?? remedies[feature.name] ?? noRemedy,
  };
}

/**
 * Reports a feature as unknown if this process lacks the privilege to try it. Another kernel would
 * not help.
 */
function unknownFeatures(unknown: readonly Feature[]): Check {
  return {
    name: 'kernel features',
    status: 'unknown',
    found: `${unknown[0]!.why}; not tried: ${unknown.map(wordsOf).join(', ')}`,
    remedy: 'Run spoor doctor again with these privileges. A seccomp profile must allow bpf(2).',
  };
}

function wordsOf({ name }: Feature): string {
  return name.replaceAll('_', ' ');
}
