import { exampleTest } from '../../scripts/lib/example-test.js';
import * as words from './declare.js';

// The declarations in events/ are the examples of these.
const { declareEvent: _, ...others } = words;

await exampleTest(new URL('..', import.meta.url), {
  given: { readObject: "import { readObject } from '@spoor/btf';" },
  without: Object.keys(others),
});
