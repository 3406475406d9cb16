import { createRequire } from 'node:module';

export * from '../gen/index.js';

const { resolve } = createRequire(import.meta.url);

/** Path of the compiled BPF object that the exported layouts were generated from. Kernel 5.17. */
export const objectPath: string = resolve('@spoor/bpf/object');

/** Path of the same source compiled for kernels that have no `bpf_loop`. Kernel 5.10. */
export const objectPathWithoutBpfLoop: string = resolve('@spoor/bpf/object-without-bpf-loop');
