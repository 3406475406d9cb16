/** Traces with a changed kernel side, for experiments: `traceWithKernel`. */
export type { KernelOverrides } from './kernel/kernel-options.js';
export { traceWithKernel } from './trace.js';
