import { exampleTest } from '../../../scripts/lib/example-test.js';

await exampleTest(new URL('..', import.meta.url), {
  without: 'all',
  given: {
    nearest: "import { nearest } from '@spoor/core';",
    readFileSync: "import { readFileSync } from 'node:fs';",
    tgid: 'const tgid = process.pid;',
    event: 'const event = { startTimeNs: 0n };',
  },
});
