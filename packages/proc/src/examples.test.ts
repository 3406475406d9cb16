import { exampleTest } from '../../../scripts/lib/example-test.js';

await exampleTest(new URL('..', import.meta.url), {
  given: {
    clockTimeNs: 'const clockTimeNs = 1_000_000_000n;',
    event: 'const event = { startTimeNs: 0n };',
    nearest: "import { nearest } from '@spoor/core';",
    readFileSync: "import { readFileSync } from 'node:fs';",
    tgid: 'const tgid = process.pid;',
  },
});
