// A copy of the tree on which a test follows a recipe of CONTRIBUTING.md.
import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { cpSync, mkdtempSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, relative } from 'node:path';
import process from 'node:process';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('../..', import.meta.url));
const notCopied = new Set(['.git', '.turbo', '.reports', '.tools', 'node_modules']);
/** What commands write, and nobody by hand. */
const written = new Set(['node_modules', 'dist', 'build', 'gen', '.turbo', '.reports']);

export class RecipeTree {
  constructor() {
    this.path = mkdtempSync(join(tmpdir(), 'spoor-recipe-'));
    for (const name of readdirSync(root)) {
      if (notCopied.has(name)) continue;
      cpSync(join(root, name), join(this.path, name), { recursive: true, verbatimSymlinks: true });
    }
    symlinkSync(join(root, 'node_modules'), join(this.path, 'node_modules'));
  }

  remove() {
    rmSync(this.path, { recursive: true, force: true });
  }

  /**
   * Applies a patch; returns the files that it changes and how many lines.
   *
   * @param {string} patch path
   */
  apply(patch) {
    this.run('git', 'apply', '--unidiff-zero', patch);
    const text = readFileSync(patch, 'utf8');
    return {
      files: [...text.matchAll(/^\+\+\+ b\/(.+)$/gm)].map((match) => match[1] ?? ''),
      lines: text.split('\n').filter((line) => /^[+-](?!\+\+ |-- )/.test(line)).length,
    };
  }

  /**
   * @param {string} path from the tree's root
   * @param {string} text
   */
  write(path, text) {
    writeFileSync(join(this.path, path), text);
  }

  /** Hashes of all files that people write, by path. */
  handwritten(folder = this.path, hashes = /** @type {Map<string, string>} */ (new Map())) {
    for (const entry of readdirSync(folder, { withFileTypes: true })) {
      const path = join(folder, entry.name);
      if (written.has(entry.name)) continue;
      if (entry.isDirectory()) this.handwritten(path, hashes);
      else if (entry.isFile())
        hashes.set(relative(this.path, path), createHash('sha256').update(readFileSync(path)).digest('hex'));
    }
    return hashes;
  }

  /**
   * Runs a command in the tree; an error holds all that it printed.
   *
   * @param {string} command
   * @param {...string} args
   */
  run(command, ...args) {
    const env = Object.fromEntries(
      Object.entries(process.env).filter(([name]) => !/^(VITEST|NODE_ENV|TEST$|SPOOR_SEED)/.test(name)),
    );
    try {
      return execFileSync(command, args, {
        cwd: this.path,
        env: { ...env, SPOOR_CASES: '3000' },
        encoding: 'utf8',
        stdio: 'pipe',
      });
    } catch (error) {
      const { stdout, stderr, message } =
        /** @type {{ stdout: string | null, stderr: string | null, message: string }} */ (error);
      const printed = `${stdout ?? ''}${stderr ?? ''}`;
      throw new Error(`${command} ${args.join(' ')} failed:\n${printed === '' ? message : printed}`);
    }
  }

  /**
   * Path of an installed command.
   *
   * @param {string} name
   */
  bin(name) {
    return join(this.path, 'node_modules/.bin', name);
  }

  /**
   * Which files that people write have changed between two readings.
   *
   * @param {Map<string, string>} before
   */
  changedSince(before) {
    const after = this.handwritten();
    return [...new Set([...before.keys(), ...after.keys()])].filter(
      (path) => before.get(path) !== after.get(path),
    );
  }
}
