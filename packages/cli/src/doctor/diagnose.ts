import { SpoorError } from '@spoor/core';
import { trace } from '@spoor/tracer';
import type { Launcher } from '../launcher.js';
import { version } from '../version.js';
import type { Check } from './check.js';
import { checkHost, checkLibraries } from './host.js';
import { checkFeatures } from './kernel.js';
import { checkLauncher } from './launcher.js';
import { checkNamespaces } from './namespaces.js';

export interface Diagnosis {
  readonly spoor: string;
  /** True if a test trace started. */
  readonly works: boolean;
  readonly checks: readonly Check[];
}

/** Runs all checks, and starts a trace that matches no process. */
export async function diagnose(launcher?: Launcher): Promise<Diagnosis> {
  const checks: Check[] = [
    ...checkHost(),
    checkLauncher(launcher),
    ...checkNamespaces(),
    ...attempt('libbpf', checkLibraries),
    ...attempt('features', checkFeatures),
    await tryTrace(),
  ];
  return { spoor: version(), works: checks.every(({ status }) => status !== 'missing'), checks };
}

/** A check that throws counts as missing. */
function attempt(name: string, look: () => readonly Check[]): readonly Check[] {
  try {
    return look();
  } catch (error) {
    return [missing(name, error)];
  }
}

async function tryTrace(): Promise<Check> {
  const name = 'a trace';
  try {
    const began = performance.now();
    const tracer = await trace({ scopes: [] });
    const took = performance.now() - began;
    tracer.close();
    return { name, status: 'ok', found: `works; the start took ${Math.round(took)} ms` };
  } catch (error) {
    return missing(name, error);
  }
}

function missing(name: string, error: unknown): Check {
  if (!(error instanceof SpoorError)) throw error;
  const { code, message, remedy } = error;
  return {
    name,
    status: 'missing',
    found: `${code}: ${message}`,
    ...(remedy === undefined ? {} : { remedy }),
  };
}
