import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, renameSync } from 'node:fs';
import { join } from 'node:path';
import process from 'node:process';
import { fileURLToPath } from 'node:url';
import { SpoorError } from '@spoor/core';

const inBench = (...names: string[]) => fileURLToPath(new URL(join('../..', ...names), import.meta.url));

/** Outside of what git sees, and kept between runs. */
const cache = inBench('..', '.tools', 'bench');

const triple = `${process.arch === 'arm64' ? 'aarch64' : 'x86_64'}-linux-gnu`;
const common = ['-O2', '-Wall', '-Wextra', '-Werror'];
const forBpf = ['-g', '-target', 'bpf', '-mcpu=v3', `-I/usr/include/${triple}`];

export interface CompileOptions {
  /** Macros. */
  readonly defines?: Readonly<Record<string, number>>;
  readonly libraries?: readonly string[];
}

/**
 * The path of `c/NAME.c`, compiled; once for each content.
 *
 * @throws SpoorError `UNSUPPORTED` when it does not compile
 */
export function compileC(name: string, { defines = {}, libraries = [] }: CompileOptions = {}): string {
  const links = libraries.map((library) => `-l${library}`);
  return compile(inBench('c', `${name}.c`), name, { flags: [...common, ...macros(defines)], links });
}

/** Compiles `bpf/NAME.bpf.c`. @throws SpoorError `UNSUPPORTED` when it does not compile */
export function compileBpf(name: string): string {
  const flags = [...common, ...forBpf, '-c'];
  return compile(inBench('bpf', `${name}.bpf.c`), `${name}.bpf.o`, { flags, links: [] });
}

/**
 * Compiles `go/NAME.go`, with the packages that Debian has installed.
 *
 * @param go the path of Go's command
 * @throws SpoorError `UNSUPPORTED` when it does not compile
 */
export function compileGo(go: string, name: string): string {
  return compileBy(inBench('go', `${name}.go`), name, {
    command: (source, target) => [go, 'build', '-o', target, source],
    env: { GO111MODULE: 'off', GOPATH: '/usr/share/gocode', GOCACHE: join(cache, 'go'), GOFLAGS: '' },
    remedy: 'On Debian: apt-get install golang-go golang-github-cilium-ebpf-dev.',
  });
}

function macros(defines: Readonly<Record<string, number>>): string[] {
  return Object.entries(defines).map(([name, value]) => `-D${name}=${value}`);
}

interface Flags {
  readonly flags: readonly string[];
  readonly links: readonly string[];
}

function compile(source: string, name: string, { flags, links }: Flags): string {
  return compileBy(source, name, {
    command: (from, target) => ['clang', ...flags, '-o', target, from, ...links],
    remedy: 'On Debian: apt-get install clang libc6-dev libbpf-dev.',
  });
}

interface Compiler {
  command(source: string, target: string): readonly string[];
  readonly env?: Readonly<Record<string, string>>;
  readonly remedy: string;
}

function compileBy(source: string, name: string, { command, env = {}, remedy }: Compiler): string {
  const hash = createHash('sha256')
    .update(readFileSync(source))
    .update(JSON.stringify(command(source, name)))
    .digest('hex');
  // The name comes last, whole: programs of ours are known by it.
  const folder = join(cache, hash.slice(0, 16));
  const target = join(folder, name);
  if (existsSync(target)) return target;
  mkdirSync(folder, { recursive: true });
  const partial = `${target}.${process.pid}`;
  const [program = '', ...args] = command(source, partial);
  const options = { encoding: 'utf8', env: { ...process.env, ...env } } as const;
  const { status, stderr, error } = spawnSync(program, args, options);
  if (status !== 0) {
    const reason = error?.message ?? stderr.trim();
    throw new SpoorError('UNSUPPORTED', `${source} does not compile: ${reason}`, { remedy });
  }
  renameSync(partial, target);
  return target;
}
