import { defineConfig } from 'vitest/config';
import { BaseSequencer, type TestSpecification } from 'vitest/node';

const conditions = ['@spoor/source', 'node', 'import', 'module', 'default'];
const shared = {
  resolve: { conditions },
  ssr: { resolve: { conditions, externalConditions: conditions } },
};
const roots = '{bpf,packages/*,examples,experiments/*,bench,scripts}';

const recipes = 'scripts/recipes/**/*.kernel.test.ts';

/** The recipes take minutes: they begin first, and the unit tests run beside them. */
class RecipesFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const sorted = await super.sort(files);
    const isRecipe = ({ project }: TestSpecification) => project.name === 'recipes';
    return [...sorted.filter(isRecipe), ...sorted.filter((file) => !isRecipe(file))];
  }
}

/**
 * `unit` needs no kernel and no root. `kernel` loads BPF programs and runs one file at a time.
 * `recipes` does what CONTRIBUTING.md says, in clones of the tree.
 */
export default defineConfig({
  test: {
    // A kernel test starts processes and loads programs: only what takes longer than that is worth
    // a line.
    slowTestThreshold: 5000,
    sequence: { sequencer: RecipesFirst },
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
          maxWorkers: '100%',
        },
      },
      {
        ...shared,
        test: {
          name: 'recipes',
          include: [recipes],
          maxWorkers: '100%',
          testTimeout: 600_000,
          hookTimeout: 300_000,
        },
      },
      {
        ...shared,
        test: {
          name: 'kernel',
          include: [`${roots}/**/*.kernel.test.ts`],
          exclude: ['**/node_modules/**', '**/dist/**', recipes],
          fileParallelism: false,
          testTimeout: 600_000,
          hookTimeout: 300_000,
        },
      },
    ],
  },
});
