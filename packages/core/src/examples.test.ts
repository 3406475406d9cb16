import { exampleTest } from '../../../scripts/lib/example-test.js';

await exampleTest(new URL('..', import.meta.url), {
  given: {
    expect: "import { expect } from 'vitest';",
    parseScope: `const parseScope = (text: string) => {
      throw new SpoorError('SCOPE_SYNTAX', text);
    };`,
  },
});
