/** Traces with a changed kernel side, for experiments: `traceWithKernel`. */
export type { KernelOverrides } from './kernel/load-kernel-side.js';
export { traceWithKernel } from './trace.js';
