import { exampleTest } from '../../../scripts/lib/example-test.js';
import { write } from '../test/recordings.js';

const event = "new EventDecoder().decode(fakeRecord('open', { comm: 'cat', path: '/etc/passwd' }))";

await exampleTest(new URL('..', import.meta.url), {
  given: {
    event: `const event = ${event};`,
    events: `const events = [${event}];`,
    fd: "import { openSync } from 'node:fs';\nconst fd = openSync('lines.jsonl', 'w');",
    reader: `import type { RecordHandler } from '@spoor/event';
      import { inMemory } from '../test/recordings.js';
      const made = fakeRecord('open', { comm: 'cat', path: '/etc/passwd' });
      const reader = { drain: (handle: RecordHandler) => handle(inMemory(made), 8, made.length) };`,
    recording: "await using recording = await openRecording('trace.spoor');",
    writeFileSync: "import { writeFileSync } from 'node:fs';",
    writeSync: "import { writeSync } from 'node:fs';",
  },
  prepare: async () => void (await write('trace.spoor', 3)),
});
