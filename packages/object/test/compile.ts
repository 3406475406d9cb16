import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, renameSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const sources = new URL('./fixtures/bpf/', import.meta.url);
const cache = new URL('../../../.tools/object-fixtures/', import.meta.url);

const flags = [
  '-O2',
  '-target',
  'bpf',
  '-mcpu=v3',
  '-Wall',
  '-Werror',
  `-D__TARGET_ARCH_${process.arch === 'arm64' ? 'arm64' : 'x86'}`,
  `-I/usr/include/${process.arch === 'arm64' ? 'aarch64' : 'x86_64'}-linux-gnu`,
];

/**
 * The path of `fixtures/bpf/<name>.bpf.c`, compiled; once for each content of the source.
 *
 * @param defines further macros, as `NAME=value`
 */
export function compileFixture(name: string, defines: readonly string[] = [], { btf = true } = {}): string {
  const source = new URL(`${name}.bpf.c`, sources);
  const all = [...(btf ? ['-g'] : []), ...flags, ...defines.map((define) => `-D${define}`)];
  const hash = createHash('sha256')
    .update(readFileSync(source))
    .update(all.join(' '))
    .digest('hex')
    .slice(0, 16);
  const output = fileURLToPath(new URL(`${name}-${hash}.bpf.o`, cache));
  if (!existsSync(output)) {
    mkdirSync(cache, { recursive: true });
    const own = `${output}.${process.pid}`;
    execFileSync('clang', [...all, '-c', fileURLToPath(source), '-o', own], {
      stdio: ['ignore', 'inherit', 'inherit'],
    });
    renameSync(own, output);
  }
  return output;
}
