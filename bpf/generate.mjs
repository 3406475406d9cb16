// Writes gen/ from the BTF of the compiled object. With --check it writes nothing, lists the files
// that are not what they should be, and exits 1 when there are any.
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { readObject } from '@spoor/btf';
import { generate, staleFiles, updateFiles } from '@spoor/btf/generate';

const { values } = parseArgs({ options: { check: { type: 'boolean', default: false } } });
const object = fileURLToPath(new URL('build/spoor.bpf.o', import.meta.url));
const folder = fileURLToPath(new URL('gen', import.meta.url));

const files = generate(readObject(object), { source: 'bpf/build/spoor.bpf.o' });
const stale = values.check ? staleFiles(folder, files) : updateFiles(folder, files);
for (const name of stale)
  console.log(`bpf/gen/${name} ${values.check ? 'is stale: run pnpm generate' : 'written'}`);
process.exitCode = values.check && stale.length > 0 ? 1 : 0;
