import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, renameSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const sources = new URL('./bpf/', import.meta.url);
const cache = new URL('../../../.tools/map-fixtures/', import.meta.url);
const [target, triple] = process.arch === 'arm64' ? ['arm64', 'aarch64'] : ['x86', 'x86_64'];
const flags = [
  ...['-g', '-O2', '-target', 'bpf', '-mcpu=v3', '-Wall', '-Werror'],
  ...[`-D__TARGET_ARCH_${target}`, `-I/usr/include/${triple}-linux-gnu`],
];

/** The path of `bpf/<name>.bpf.c`, compiled with these macros (`NAME=value`); once for each content of the source. */
export function compileFixture(name: string, defines: readonly string[] = []): string {
  const all = [...flags, ...defines.map((define) => `-D${define}`)];
  const source = fileURLToPath(new URL(`${name}.bpf.c`, sources));
  const hash = createHash('sha256').update(readFileSync(source)).update(all.join(' ')).digest('hex');
  const object = fileURLToPath(new URL(`${name}-${hash.slice(0, 16)}.bpf.o`, cache));
  if (existsSync(object)) return object;
  mkdirSync(cache, { recursive: true });
  const own = `${object}.${process.pid}`;
  execFileSync('clang', [...all, '-c', source, '-o', own], { stdio: ['ignore', 'inherit', 'inherit'] });
  renameSync(own, object);
  return object;
}
