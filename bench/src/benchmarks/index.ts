import type { Benchmark } from '../bench.js';
import { idle } from './idle.js';
import { startup } from './startup.js';

/** Every benchmark, in the order in which they run and are shown. */
export const benchmarks: readonly Benchmark[] = [startup, idle];
