import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { cpSync, existsSync, mkdirSync, readFileSync, realpathSync, renameSync, rmSync } from 'node:fs';
import { dirname } from 'node:path';
import { fileURLToPath } from 'node:url';

/** The folder for everything that tests install. Git ignores it, and later runs use it again. */
const tools = new URL('../../../.tools/', import.meta.url);

/** A tool that is there, or why it cannot be had. */
export type Tool = { readonly path: string } | { readonly missing: string };

/**
 * Handles a missing tool. On CI it is a failure; elsewhere the test is skipped and says why.
 *
 * @returns the path, when there is one
 */
export function required(tool: Tool, skip: (why: string) => never): string {
  if ('path' in tool) return tool.path;
  if (process.env['CI']) throw new Error(tool.missing);
  return skip(tool.missing);
}

/** A Node.js of that major version, from npm's own packages of its binaries. */
export function installNode(major: number): Tool {
  const name = `node-linux-${process.arch}`;
  return install(`node-${major}`, {
    what: `Node ${major}`,
    commands: [['npm', 'install', '--no-save', '--no-package-lock', '--prefix', '.', `${name}@${major}`]],
    file: `node_modules/${name}/bin/node`,
    prepare: () => undefined,
  });
}

const fixture = fileURLToPath(new URL('fixtures/ffi-napi/', import.meta.url));

/**
 * A folder from which `ffi-napi` and `ref-napi` resolve. The published ffi-napi 4.0.3 does not
 * compile for Node 20 and later; two measures make it: the fixture's override of node-addon-api,
 * and `-fpermissive` for an enum of its own.
 */
export function buildFfiNapi(): Tool {
  const lock = readFileSync(`${fixture}package-lock.json`);
  const hash = createHash('sha256').update(lock).update(process.arch).digest('hex').slice(0, 12);
  return install(`ffi-napi-${hash}`, {
    what: 'ffi-napi',
    commands: [['npm', 'ci', '--foreground-scripts']],
    env: { CXXFLAGS: '-fpermissive', ...nodeHeaders() },
    file: '',
    prepare: (folder) => cpSync(fixture, folder, { recursive: true }),
  });
}

/**
 * Node's headers beside its executable, so that node-gyp neither downloads them nor needs a
 * configuration.
 */
function nodeHeaders(): Record<string, string> {
  const folder = dirname(dirname(realpathSync(process.execPath)));
  return existsSync(`${folder}/include/node/node.h`) ? { npm_config_nodedir: folder } : {};
}

interface Recipe {
  readonly what: string;
  readonly commands: readonly (readonly [string, ...string[]])[];
  readonly env?: Readonly<Record<string, string>>;
  /** The path inside of the folder. */
  readonly file: string;
  readonly prepare: (folder: string) => void;
}

/**
 * Makes the folder aside and moves it into place: an interrupted installation is never taken for
 * one.
 */
function install(name: string, { what, commands, env, file, prepare }: Recipe): Tool {
  const folder = fileURLToPath(new URL(name, tools));
  const path = file === '' ? folder : `${folder}/${file}`;
  if (existsSync(path)) return { path };
  const aside = `${folder}.${process.pid}`;
  mkdirSync(aside, { recursive: true });
  try {
    prepare(aside);
    for (const [command, ...args] of commands) {
      const { status, stderr, stdout, error } = spawnSync(command, args, {
        cwd: aside,
        env: { ...process.env, ...env },
        encoding: 'utf8',
      });
      if (status !== 0) {
        const output = `${stdout ?? ''}${stderr ?? ''}${error?.message ?? ''}`
          .trim()
          .split('\n')
          .slice(-15)
          .join('\n');
        return { missing: `${what} cannot be installed: ${command} ${args.join(' ')} failed:\n${output}` };
      }
    }
    moveInto(aside, folder);
    return existsSync(path) ? { path } : { missing: `${what} was installed without ${file}` };
  } finally {
    rmSync(aside, { recursive: true, force: true });
  }
}

/** Another test process may have been quicker: then its folder is as good. */
function moveInto(aside: string, folder: string): void {
  try {
    renameSync(aside, folder);
  } catch (error) {
    if (!existsSync(folder)) throw error;
  }
}
