/** A copy of the tree on which a test follows a recipe of CONTRIBUTING.md. */
import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import {
  cpSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join, relative } from 'node:path';
import process from 'node:process';
import { fileURLToPath } from 'node:url';
import { pnpmFolder } from './run.mjs';

const root = fileURLToPath(new URL('../..', import.meta.url));
/** Folders that commands write: a clean clone has none of them, but for `gen`. */
const written = new Set(['.git', '.turbo', '.reports', '.tools', 'node_modules', 'dist', 'build']);

/** A clean clone, with the files as they are here. */
export class RecipeTree {
  constructor() {
    this.path = mkdtempSync(join(tmpdir(), 'spoor-recipe-'));
    const filter = (/** @type {string} */ from) => !written.has(basename(from));
    cpSync(root, this.path, { recursive: true, verbatimSymlinks: true, filter });
    const pnpm = relative(root, pnpmFolder());
    mkdirSync(join(this.path, '.tools'));
    symlinkSync(join(root, pnpm), join(this.path, pnpm));
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
      if (written.has(entry.name) || entry.name === 'gen') continue;
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
        env: { ...env, SPOOR_CASES: '3000', TURBO_CACHE_DIR: join(root, '.turbo', 'cache') },
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
   * Runs a command of CONTRIBUTING.md, which begins with `pnpm`.
   *
   * @param {string} line
   */
  pnpm(line) {
    return this.run(process.execPath, 'scripts/pnpm.mjs', ...line.split(' '));
  }

  /**
   * Runs the tests that commands of recipes name: those of a project in one run, each file once.
   *
   * @param {readonly string[]} commands
   */
  runTests(commands) {
    const files = [...this.handwritten().keys()].filter((path) => path.endsWith('.test.ts'));
    /** @type {Map<string, Set<string>>} */
    const chosen = new Map();
    for (const command of commands) {
      const [, project, names] = /^pnpm vitest run --project (\w+) (.+)$/.exec(command) ?? [];
      if (project === undefined || names === undefined) continue;
      for (const name of names.split(' ')) {
        if (!files.some((path) => path.startsWith(name))) throw new Error(`${command}: no test of ${name}`);
        chosen.set(project, (chosen.get(project) ?? new Set()).add(name));
      }
    }
    for (const [project, names] of chosen)
      this.pnpm(`vitest run --project ${project} ${[...names].join(' ')}`);
  }

  /**
   * Replaces a text that must be there, as an editor does.
   *
   * @param {string} path from the tree's root
   * @param {string} from
   * @param {string} to
   */
  edit(path, from, to) {
    const text = readFileSync(join(this.path, path), 'utf8');
    if (!text.includes(from)) throw new Error(`${path}: there is no ${from}`);
    writeFileSync(
      join(this.path, path),
      text.replace(from, () => to),
    );
  }

  /**
   * Returns the files, of those that people write, that have changed since a reading.
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
