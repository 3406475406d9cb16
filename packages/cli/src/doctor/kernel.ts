import { type Feature, type FeatureName, features, readEnvironment } from '@spoor/object';
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

const noRemedy = 'Nothing needs to be done: spoor does not need it.';

/** What the kernel can do for BPF: tried, not guessed. */
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

/** What a process without privilege cannot try is not missing: another kernel would not help. */
function unknownFeatures(unknown: readonly Feature[]): Check {
  return {
    name: 'kernel features',
    status: 'unknown',
    found: `${unknown[0]!.why}; not tried: ${unknown.map(wordsOf).join(', ')}`,
    remedy: 'Run spoor doctor again with the privilege; a seccomp profile has to allow bpf(2).',
  };
}

function wordsOf({ name }: Feature): string {
  return name.replaceAll('_', ' ');
}
