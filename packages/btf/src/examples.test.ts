import { writeFileSync } from 'node:fs';
import { exampleTest } from '../../../scripts/lib/example-test.js';
import { BtfBuilder } from '../test/btf-builder.js';
import { sampleObject } from '../test/sample-object.js';

/** Types of a kernel. */
function kernelTypes(): Uint8Array {
  const btf = new BtfBuilder();
  const int = btf.int('int', 4, 'signed');
  btf.struct('task_struct', 8, [
    { name: 'pid', type: int, bitOffset: 0 },
    { name: 'tgid', type: int, bitOffset: 32 },
  ]);
  return btf.build();
}

await exampleTest(new URL('..', import.meta.url), {
  given: {
    // The README has this struct, too.
    ProcInfo: `const ProcInfo = ctype.struct('proc_info', 32, {
        start_time_ns: [0, ctype.u64],
        origin: [8, ctype.enum('origin', ctype.u32, { ORIGIN_FORK: 1, ORIGIN_RECOVERED_USER: 5 })],
        comm: [16, ctype.chars(16)],
      });`,
    Static: "import type { Static } from 'typebox';",
    kernelBtfPath: "const kernelBtfPath = 'vmlinux.btf';",
    object: "const object = readObject('trace.bpf.o');",
    readFile: "import { readFile } from 'node:fs/promises';",
    readFileSync: "import { readFileSync } from 'node:fs';",
    // The machine of a unit test need not have kernel types.
    readKernelBtf: `import { readKernelBtf as readTypes } from '@spoor/btf';
      const readKernelBtf = () => readTypes('vmlinux.btf');`,
    writeFileSync: "import { writeFileSync } from 'node:fs';",
  },
  prepare: () => {
    writeFileSync('trace.bpf.o', sampleObject());
    writeFileSync('vmlinux.btf', kernelTypes());
    writeFileSync('layout.json', JSON.stringify({ kind: 'int', size: 4, signed: false }));
  },
});
