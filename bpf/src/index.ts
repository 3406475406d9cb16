import { createRequire } from 'node:module';

export * from '../gen/index.js';

/** Path of the compiled BPF object that the exported layouts were generated from. */
export const objectPath: string = createRequire(import.meta.url).resolve('@spoor/bpf/object');
