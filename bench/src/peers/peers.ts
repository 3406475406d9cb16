import { spawnSync } from 'node:child_process';
import { accessSync, constants, existsSync, statSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import process from 'node:process';
import { type PeerName, type PeerProgram, peerPrograms } from './table.js';

/** A program that is there, or why it is not. */
export type Peer = { readonly path: string; readonly version: string } | { readonly absent: string };

/** The programs that we are compared with, as far as they are there. */
export class Peers {
  readonly #peers: ReadonlyMap<PeerName, Peer>;

  constructor(peers: ReadonlyMap<PeerName, Peer>) {
    this.#peers = peers;
  }

  /** The path, when it is there. */
  path(name: PeerName): string | undefined {
    const peer = this.#peers.get(name);
    return peer !== undefined && 'path' in peer ? peer.path : undefined;
  }

  /** One line for each of these that is not there: its name, and why. */
  absent(names: readonly PeerName[]): string[] {
    return names.flatMap((name) => {
      const peer = this.#peers.get(name);
      return peer !== undefined && 'absent' in peer ? [`${name}: ${peer.absent}`] : [];
    });
  }

  /** Versions of those that are there, by name. */
  get versions(): Readonly<Record<string, string>> {
    return Object.fromEntries(
      [...this.#peers].flatMap(([name, peer]) => ('version' in peer ? [[name, peer.version]] : [])),
    );
  }
}

export interface PeerOptions {
  /** Install missing peers. */
  readonly install: boolean;
  say(text: string): void;
}

/**
 * Looks for programs; as root on a Debian with its package sources, installs those that are
 * missing, and says so.
 */
export function findPeers(names: readonly PeerName[], { install, say }: PeerOptions): Peers {
  const missing = names.filter((name) => findPeer(name) === undefined);
  let why = 'not installed; a run without --quick installs it';
  if (install && missing.length > 0) {
    const packages = [...new Set(missing.flatMap(packagesOf))];
    why = installPackages(packages, say) ?? 'its package was installed and does not have it';
  }
  return new Peers(
    new Map(
      names.map((name): [PeerName, Peer] => {
        const path = findPeer(name);
        return [name, path === undefined ? { absent: why } : { path, version: versionOf(name) }];
      }),
    ),
  );
}

/** Why it cannot be done; undefined when it was. */
function installPackages(packages: readonly string[], say: (text: string) => void): string | undefined {
  if (process.getuid?.() !== 0) return `not installed; as root: apt-get install ${packages.join(' ')}`;
  if (findProgram('apt-get') === undefined) return 'not installed, and there is no apt-get';
  say(`installing ${packages.join(', ')} with apt-get, to compare with`);
  for (const args of [['update'], ['install', '-y', '--no-install-recommends', ...packages]]) {
    const { status, stderr, error } = spawnSync('apt-get', ['-o', 'DPkg::Lock::Timeout=300', ...args], {
      env: { ...process.env, DEBIAN_FRONTEND: 'noninteractive' },
      encoding: 'utf8',
      stdio: ['ignore', 'ignore', 'pipe'],
    });
    if (status !== 0) {
      const reason = error?.message ?? stderr.trim().split('\n').at(-1) ?? '';
      return `apt-get ${args[0]} failed: ${reason}`;
    }
  }
  return undefined;
}

function versionOf(name: PeerName): string {
  const { package: packageName } = peerPrograms[name];
  const { status, stdout } = spawnSync('dpkg-query', ['-W', '-f', '$' + '{Version}', packageName], {
    encoding: 'utf8',
  });
  return status === 0 ? stdout.trim() : 'of unknown version';
}

function packagesOf(name: PeerName): string[] {
  const { package: own, needs = [] }: PeerProgram = peerPrograms[name];
  return [own, ...needs];
}

/** The path of its program, where all of it is there. */
function findPeer(name: PeerName): string | undefined {
  const { program, file }: PeerProgram = peerPrograms[name];
  return file === undefined || existsSync(file) ? findProgram(program) : undefined;
}

/**
 * The path of a program. Debian keeps the tools of administrators where the PATH of others does not
 * lead.
 */
function findProgram(name: string): string | undefined {
  const folders = [...(process.env['PATH'] ?? '').split(delimiter), '/usr/local/sbin', '/usr/sbin', '/sbin'];
  for (const folder of folders) {
    const path = join(folder, name);
    try {
      accessSync(path, constants.X_OK);
      if (folder !== '' && statSync(path).isFile()) return path;
    } catch {
      // Not here: the next folder.
    }
  }
  return undefined;
}
