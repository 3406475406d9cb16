import { defineConfig } from 'vitest/config';

const conditions = ['@spoor/source', 'node', 'import', 'module', 'default'];
const shared = {
  resolve: { conditions },
  ssr: { resolve: { conditions, externalConditions: conditions } },
};
const roots = '{bpf,packages/*,examples,experiments/*,bench,scripts}';

/** `unit` needs no kernel and no root; `kernel` loads BPF programs and runs one file at a time. */
export default defineConfig({
  test: {
    // A kernel test starts processes and loads programs: only what takes longer than that is worth
    // a line.
    slowTestThreshold: 5000,
    projects: [
      {
        ...shared,
        test: {
          name: 'unit',
          include: [`${roots}/**/*.test.ts`],
          exclude: ['**/node_modules/**', '**/dist/**', '**/*.kernel.test.ts'],
          // No result depends on how fast the machine is: the limits are only there to end what
          // hangs.
          testTimeout: 300_000,
          hookTimeout: 300_000,
        },
      },
      {
        ...shared,
        test: {
          name: 'kernel',
          include: [`${roots}/**/*.kernel.test.ts`],
          exclude: ['**/node_modules/**', '**/dist/**'],
          fileParallelism: false,
          testTimeout: 600_000,
          hookTimeout: 300_000,
        },
      },
    ],
  },
});
