import { copyFileSync } from 'node:fs';
import { exampleTest } from '../../../scripts/lib/example-test.js';
import { compileFixture } from '../test/compile.js';
import { basicForKernel } from '../test/kernel.js';

const load = "using loaded = openObject('trace.bpf.o').load();";

await exampleTest(new URL('..', import.meta.url), {
  given: {
    SharedMap: "import type { SharedMap } from '@spoor/object/system';",
    closeSync: "import { closeSync } from 'node:fs';",
    // The tests that follow need root.
    dropPrivileges: 'const dropPrivileges = ({ works }: { id: number; works(): boolean }) => works();',
    event: 'const event = { timeNs: bootTimeNs() };',
    loaded: load,
    parentPort: `import { MessageChannel } from 'node:worker_threads';
      ${load}
      const { port1, port2: parentPort } = new MessageChannel();
      port1.postMessage(shareMap(loaded.map('table')));`,
    reader: "using reader = openRing(openObject('trace.bpf.o').load().map('ring'));",
    socket: `import { writeSync } from 'node:fs';
      const [socket, other] = socketPair();
      writeSync(other, '!');`,
    spawn: "import { spawn } from 'node:child_process';",
    worker: `import { MessageChannel } from 'node:worker_threads';
      const { port1: worker } = new MessageChannel();`,
    writeSync: "import { writeSync } from 'node:fs';",
  },
  prepare: () => {
    copyFileSync(basicForKernel(), 'trace.bpf.o');
    copyFileSync(compileFixture('perf-buffer'), 'samples.bpf.o');
  },
});
