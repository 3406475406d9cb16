import { exampleTest } from '../../../scripts/lib/example-test.js';

await exampleTest(new URL('..', import.meta.url), {
  given: {
    ctype: "import { ctype } from '@spoor/btf';",
    raw: `import { memoryMap } from '@spoor/map/testing';
      const raw = memoryMap({ kind: 'hash', keySize: 4, valueSize: 8, maxEntries: 8 });`,
    rawQueue: `import { memoryMap } from '@spoor/map/testing';
      const rawQueue = memoryMap({ kind: 'queue', valueSize: 4, maxEntries: 8 });`,
  },
});
