import { execFileSync, spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('../..', import.meta.url));
const here = fileURLToPath(new URL('.', import.meta.url));

/** Packages of others, from the stores that pnpm filled. */
const thirdParty = {
  koffi: 'packages/object/node_modules/koffi',
  rolldown: 'packages/build/node_modules/rolldown',
  typebox: 'bpf/node_modules/typebox',
  'dns-packet': 'bpf/node_modules/dns-packet',
  '@types/node': 'node_modules/@types/node',
};

/**
 * A folder outside the repository, in which packed packages and the packed extension are installed.
 */
export class PackedProject {
  readonly folder = mkdtempSync(join(tmpdir(), 'spoor-packed-'));

  /** @param files the text of each file, by its path */
  constructor(files: Readonly<Record<string, string>>) {
    const packages = ['@spoor/build', '@spoor/tracer...'].flatMap((name) => ['--filter', name]);
    const packed = join(this.folder, 'packed');
    mkdirSync(packed);
    const pack = ['pack', '--pack-destination', packed];
    const pnpm = [join(root, 'scripts/pnpm.mjs'), '-r', ...packages, ...pack];
    execFileSync(process.execPath, pnpm, { cwd: root, stdio: 'pipe' });
    execFileSync('npm', pack, { cwd: here, stdio: 'pipe' });
    for (const tarball of readdirSync(packed)) this.#install(join(packed, tarball), nameOf(tarball));
    for (const [name, path] of Object.entries(thirdParty)) {
      const place = this.#place(name);
      mkdirSync(join(place, '..'), { recursive: true });
      symlinkSync(join(root, path), place);
    }
    for (const [path, text] of Object.entries(files)) writeFileSync(join(this.folder, path), text);
  }

  /** Runs a script of an installed package, and returns what it printed. */
  run(script: string, ...args: readonly string[]): string {
    return execFileSync(process.execPath, [join(this.folder, script), ...args], {
      cwd: this.folder,
      encoding: 'utf8',
    });
  }

  /** Compiles the project with tsc. An error has its messages. */
  compile(): void {
    const tsc = join(root, 'node_modules/.bin/tsc');
    const { status, stdout } = spawnSync(tsc, ['-p', '.'], { cwd: this.folder, encoding: 'utf8' });
    if (status !== 0) throw new Error(stdout);
  }

  remove(): void {
    rmSync(this.folder, { recursive: true, force: true });
  }

  #place(name: string): string {
    return join(this.folder, 'node_modules', name);
  }

  #install(tarball: string, name: string): void {
    mkdirSync(this.#place(name), { recursive: true });
    execFileSync('tar', ['xzf', tarball, '-C', this.#place(name), '--strip-components=1']);
  }
}

/** `@spoor/bpf`, of `spoor-bpf-0.1.0.tgz`. */
function nameOf(tarball: string): string {
  const name = tarball.replace(/-\d+\.\d+\.\d+\.tgz$/, '');
  return name.startsWith('spoor-event-') ? name : name.replace('spoor-', '@spoor/');
}
