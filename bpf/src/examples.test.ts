import { exampleTest } from '../../scripts/lib/example-test.js';

await exampleTest(new URL('..', import.meta.url), {
  given: { readObject: "import { readObject } from '@spoor/btf';" },
});
