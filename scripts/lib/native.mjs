/**
 * Compiles the small native programs: static, without a C library, the same bytes wherever it runs.
 */
import { execFileSync } from 'node:child_process';
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import process from 'node:process';
import { fileURLToPath } from 'node:url';

/** Clang's names, by Node's. */
const architectures = { x64: 'x86_64', arm64: 'aarch64' };

/**
 * Writes `build/NAME-x64` and `build/NAME-arm64` of a package. Does nothing where the system is not
 * Linux.
 *
 * @param {URL} here the folder of the package
 * @param {{ name: string, sources: readonly string[], include?: string }} program paths are
 *   relative to the package
 */
export function compileNative(here, { name, sources, include }) {
  if (process.platform !== 'linux') return;
  const folder = fileURLToPath(here);
  mkdirSync(join(folder, 'build'), { recursive: true });
  const flags = ['-std=c11', '-O2', '-Wall', '-Wextra', '-Werror', '-Wno-unused-function'];
  const freestanding = ['-ffreestanding', '-fno-stack-protector', '-fno-pic', '-nostdlib', '-static'];
  const link = ['-fuse-ld=lld', '-Wl,--build-id=none', '-Wl,-z,noexecstack', '-Wl,-s'];
  const includes = include === undefined ? [] : [`-I${include}`];
  for (const [arch, target] of Object.entries(architectures)) {
    const all = [`--target=${target}-linux-gnu`, ...flags, ...freestanding, ...link, ...includes];
    try {
      execFileSync('clang', [...all, '-o', `build/${name}-${arch}`, ...sources], {
        cwd: folder,
        stdio: 'inherit',
      });
    } catch (cause) {
      const error = /** @type {NodeJS.ErrnoException} */ (cause);
      if (error.code === 'ENOENT') {
        console.error(`${name}: clang is not installed. On Debian: apt-get install clang lld`);
      }
      process.exit(1);
    }
  }
}
