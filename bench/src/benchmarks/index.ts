import type { Benchmark } from '../bench.js';
import { builds } from './build.js';
import { flow } from './flow.js';
import { idle } from './idle.js';
import { maps } from './maps.js';
import { memory } from './memory.js';
import { reader } from './reader.js';
import { scale } from './scale.js';
import { scopes } from './scopes.js';
import { startup } from './startup.js';
import { state } from './state.js';
import { storm } from './storm.js';

/** Every benchmark, in the order in which they run and are shown. */
export const benchmarks: readonly Benchmark[] = [
  startup,
  idle,
  state,
  scopes,
  reader,
  flow,
  maps,
  storm,
  builds,
  scale,
  memory,
];
