/** Builds kernel sides with the events of extensions. */
export type { Base } from './base.js';
export { type BuiltKernel, buildKernel } from './build.js';
export { defineKernel, type KernelParts, type KernelPlan, type PlannedEvent } from './define.js';
