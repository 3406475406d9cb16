import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import process from 'node:process';
import { fileURLToPath } from 'node:url';
import type { Tool, ToolOptions } from './tools.js';

const tools = fileURLToPath(new URL('../../../.tools', import.meta.url));

/**
 * The sources that a package of Debian is built from, in a folder that is kept. They come from
 * where this machine has its packages from; its own lists are not touched.
 */
export function debianSource(name: string, { install }: ToolOptions): Tool {
  const folder = join(tools, `bench-source-${name}`);
  if (existsSync(folder)) return { path: folder };
  if (!install) return { absent: 'not fetched; a run without --quick fetches it' };
  const sources = sourceLists(readSources());
  if (sources === undefined)
    return { absent: 'this machine has no package sources that we know how to read' };
  const aside = `${folder}.${process.pid}`;
  try {
    const why = fetchSource(name, aside, sources);
    if (why !== undefined) return { absent: why };
    renameSync(join(aside, 'unpacked'), folder);
    return { path: folder };
  } finally {
    rmSync(aside, { recursive: true, force: true });
  }
}

interface Sources {
  readonly name: 'spoor.sources' | 'spoor.list';
  readonly text: string;
}

function fetchSource(name: string, folder: string, sources: Sources): string | undefined {
  for (const part of ['parts', 'lists/partial', 'files', 'unpacked'])
    mkdirSync(join(folder, part), { recursive: true });
  writeFileSync(join(folder, 'parts', sources.name), sources.text);
  const options = [
    ['Dir::Etc::SourceList', '/dev/null'],
    ['Dir::Etc::SourceParts', join(folder, 'parts')],
    ['Dir::State::Lists', join(folder, 'lists')],
    ['APT::Sandbox::User', 'root'],
  ].flatMap(([option, value]) => ['-o', `${option}=${value}`]);
  const steps = [
    ['apt-get', ...options, 'update'],
    ['apt-get', ...options, 'source', '--download-only', name],
  ];
  for (const [program = '', ...args] of steps) {
    const { status, stderr, error } = spawnSync(program, args, {
      cwd: join(folder, 'files'),
      encoding: 'utf8',
    });
    if (status !== 0) {
      const reason = error?.message ?? stderr.trim().split('\n').at(-1) ?? '';
      return `${program} ${args.at(-1)} failed: ${reason}`;
    }
  }
  const archive = readdirSync(join(folder, 'files')).find((file) => /\.orig\.tar\.\w+$/.test(file));
  if (archive === undefined) return `the package ${name} has no archive of its sources`;
  const tar = ['-xf', join(folder, 'files', archive), '--strip-components=1', '-C', join(folder, 'unpacked')];
  const { status, stderr } = spawnSync('tar', tar, { encoding: 'utf8' });
  return status === 0 ? undefined : `tar failed: ${stderr.trim()}`;
}

/** The files that say where packages come from: of the newer format, where there are any. */
function readSources(): { readonly deb822: readonly string[]; readonly lines: readonly string[] } {
  const folder = '/etc/apt/sources.list.d';
  const names = existsSync(folder) ? readdirSync(folder) : [];
  const read = (ending: string) =>
    names.filter((file) => file.endsWith(ending)).map((file) => readFileSync(join(folder, file), 'utf8'));
  const list = '/etc/apt/sources.list';
  return {
    deb822: read('.sources'),
    lines: [...(existsSync(list) ? [readFileSync(list, 'utf8')] : []), ...read('.list')],
  };
}

/** The configured archives, for sources. Undefined if none is configured. */
export function sourceLists({ deb822, lines }: ReturnType<typeof readSources>): Sources | undefined {
  const stanzas = deb822
    .flatMap((text) => text.split(/\n\s*\n/))
    .filter((stanza) => /^Types:.*\bdeb/m.test(stanza));
  if (stanzas.length > 0) {
    const text = stanzas.map((stanza) => stanza.replace(/^Types:.*$/m, 'Types: deb-src')).join('\n\n');
    return { name: 'spoor.sources', text: `${text}\n` };
  }
  const found = lines.flatMap((text) => text.split('\n')).filter((line) => /^deb(-src)?\s/.test(line));
  if (found.length === 0) return undefined;
  return {
    name: 'spoor.list',
    text: `${found.map((line) => line.replace(/^deb(-src)?\s/, 'deb-src ')).join('\n')}\n`,
  };
}
