import { spawnSync } from 'node:child_process';
import { cpSync, existsSync, mkdirSync, renameSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import process from 'node:process';
import { fileURLToPath } from 'node:url';

/** The folder in which tests install programs, too. */
const tools = fileURLToPath(new URL('../../../.tools', import.meta.url));

export type Tool = { readonly path: string } | { readonly absent: string };

export interface ToolOptions {
  /** Install it if it is missing. */
  readonly install: boolean;
}

/** A Node.js of that major version, from the packages of its binaries. */
export function nodeOf(major: number, options: ToolOptions): Tool {
  const name = `node-linux-${process.arch}`;
  return npmTool(`node-${major}`, {
    ...options,
    args: ['install', '--no-save', '--no-package-lock', '--prefix', '.', `${name}@${major}`],
    file: `node_modules/${name}/bin/node`,
  });
}

/**
 * A folder with a package.json and its lock, below `peers/`, installed; its install scripts run.
 */
export function npmPeer(name: string, file: string, options: ToolOptions): Tool {
  const source = fileURLToPath(new URL(`../../peers/${name}`, import.meta.url));
  return npmTool(`bench-${name}`, { ...options, args: ['ci', '--foreground-scripts'], file, source });
}

interface NpmTool extends ToolOptions {
  readonly args: readonly string[];
  /** The wanted file, inside the folder. */
  readonly file: string;
  /** A folder that it begins as. */
  readonly source?: string;
}

/** Made aside and moved into place: an interrupted installation is never taken for one. */
function npmTool(name: string, { install, args, file, source }: NpmTool): Tool {
  const folder = join(tools, name);
  const path = join(folder, file);
  if (existsSync(path)) return { path };
  if (!install) return { absent: 'not installed; a run without --quick installs it' };
  const aside = `${folder}.${process.pid}`;
  try {
    mkdirSync(aside, { recursive: true });
    if (source !== undefined) cpSync(source, aside, { recursive: true });
    const { status, stdout, stderr, error } = spawnSync('npm', args, { cwd: aside, encoding: 'utf8' });
    if (status !== 0)
      return { absent: `npm ${args[0]} failed: ${error?.message ?? reasonOf(stderr || stdout)}` };
    rmSync(folder, { recursive: true, force: true });
    renameSync(aside, folder);
    return existsSync(path) ? { path } : { absent: `it was installed without ${file}` };
  } finally {
    rmSync(aside, { recursive: true, force: true });
  }
}

/**
 * The reason that npm gives: neither its code, which comes first, nor the place of its log, which
 * comes last.
 */
export function reasonOf(output: string): string {
  const lines = output.split('\n').map((line) => line.replace(/^npm (error|ERR!)/, '').trim());
  const said = lines.filter(
    (line) => line !== '' && !/^(code|errno|syscall) \S+$|^A complete log/.test(line),
  );
  return said[0] ?? 'npm says no more';
}
