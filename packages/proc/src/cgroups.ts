import { readdirSync, statfsSync, statSync } from 'node:fs';
import { tryRead } from './files.js';
import type { Found, Refusal } from './found.js';

/**
 * Cgroups by their paths. The kernel side knows groups of the unified hierarchy (cgroup v2) by id,
 * the inode number of the directory. Paths are those that `/proc/PID/cgroup` shows to this process:
 * they start at the root of its cgroup namespace, and `/../x` is a sibling of that root.
 */

/** A mount of a hierarchy, a line of `/proc/self/mountinfo`. */
export interface CgroupMount {
  readonly unified: boolean;
  /**
   * Directory of the hierarchy that is mounted, as a path of it. A bind mount may show a part only.
   */
  readonly root: string;
  /** The mount point. */
  readonly point: string;
}

/**
 * The root of the whole unified hierarchy has the first id that its file system gives.
 * (kernfs_create_root, fs/kernfs/dir.c)
 */
const rootId = 1n;

/** CGROUP_SUPER_MAGIC and CGROUP2_SUPER_MAGIC of include/uapi/linux/magic.h. */
const magic = { v1: 0x27_e0eb, unified: 0x6367_7270 } as const;

/** Directories that are looked at for our own. */
const maxSearched = 20_000;

const unifiedOnly = 'only groups of the unified hierarchy (cgroup v2) are supported';

const mountUnified: Refusal = {
  problem: 'the unified hierarchy (cgroup v2) is not mounted',
  remedy: 'Mount it: mkdir -p /sys/fs/cgroup/unified && mount -t cgroup2 none /sys/fs/cgroup/unified',
};

/**
 * Finds the id of a cgroup by its path in the unified hierarchy, or by the path of its directory.
 *
 * @returns `undefined` if there is no such group; a `Refusal` if it is a cgroup v1 group, or
 * nothing is mounted
 *
 * @example
 * ```ts
 * findCgroup('/system.slice'); // such as 1234n
 * ```
 */
export function findCgroup(path: string): Found<bigint> {
  const mounts = readMounts();
  const unified = mounts.filter((mount) => mount.unified);
  const found = idBelow(unified, path);
  if (found !== undefined) return found;
  const asFile = superMagic(path);
  if (asFile === magic.unified) return directoryId(path);
  const v1 = asFile === magic.v1 ? [path] : v1Directories(mounts, path);
  if (v1.length > 0 && namesOf(path).length > 0) {
    return {
      problem: `this is a cgroup v1 group (${v1.join(', ')}), but ${unifiedOnly}`,
      remedy: 'Use a group of the unified hierarchy, or select the processes by tree=PID or pidns=@PID.',
    };
  }
  return unified.length === 0 ? mountUnified : undefined;
}

/**
 * Finds the id of the cgroup that a process is in.
 *
 * @returns a `Refusal` when the id cannot be known, or when the group is the root of the whole
 * hierarchy
 *
 * @example
 * ```ts
 * const group = cgroupOfProcess(1234);
 * if (typeof group !== 'bigint') console.error(group?.problem);
 * ```
 */
export const cgroupOfProcess = (tgid: number): Found<bigint> =>
  cgroupOfLines(tgid, tryRead(`/proc/${tgid}/cgroup`));

/** `cgroupOfProcess` for the text of a `/proc/PID/cgroup`. */
export function cgroupOfLines(tgid: number, lines: string): Found<bigint> {
  // The line of the unified hierarchy has no controllers: `0::/path`.
  const path = /^0::(\/.*)$/m.exec(lines)?.[1];
  if (path === undefined) {
    return {
      ...mountUnified,
      problem: `process ${tgid} has no group in the unified hierarchy (cgroup v2)`,
    };
  }
  if (path.endsWith(' (deleted)')) return { problem: `the group of process ${tgid} has been removed` };
  const unified = readMounts().filter((mount) => mount.unified);
  if (unified.length === 0) return mountUnified;
  const id = idBelow(unified, path);
  if (id === undefined) {
    return {
      problem: `the group ${path} of process ${tgid} is outside the mounted part of the unified hierarchy`,
      remedy: 'Mount the hierarchy in this cgroup namespace: mount -t cgroup2 none DIRECTORY',
    };
  }
  return id === rootId ? wholeMachine(tgid, lines) : id;
}

/**
 * `cgroup=@PID` means the processes that are grouped with this one, and never all that there are.
 */
function wholeMachine(tgid: number, lines: string): Refusal {
  const v1 = [...lines.matchAll(/^[1-9]\d*:([^:]*):(\/.+)$/gm)].map(([, names, path]) => `${names}:${path}`);
  const only = v1.length === 0 ? '' : `; only cgroup v1 separates it (${v1.join(' ')})`;
  return {
    problem: `process ${tgid} is in the root of the unified hierarchy, which has every process${only}`,
    remedy: `Select it by tree=${tgid}, or by pidns=@${tgid} or mntns=@${tgid} if it has its own namespaces. cgroup=/ matches every process.`,
  };
}

/**
 * Id of the group at a path of the unified hierarchy; undefined where no mount shows such a
 * directory.
 */
function idBelow(unified: readonly CgroupMount[], path: string): bigint | undefined {
  for (const mount of unified) {
    const below = pathBelow(mount.root, path) ?? pathBelowOwn(mount, path);
    const id = below === undefined ? undefined : directoryId(`${mount.point}/${below}`, magic.unified);
    if (id !== undefined) return id;
  }
  return undefined;
}

/** Every directory of a v1 hierarchy that has this path. */
const v1Directories = (mounts: readonly CgroupMount[], path: string): string[] =>
  mounts
    .filter((mount) => !mount.unified)
    .flatMap((mount) => {
      const below = pathBelow(mount.root, path);
      const directory = `${mount.point}/${below}`.replace(/\/$/, '');
      return below !== undefined && directoryId(directory, magic.v1) !== undefined ? [directory] : [];
    });

/** The names of a path, `..` only in front. */
export function namesOf(path: string): readonly string[] {
  const names: string[] = [];
  for (const name of path.split('/')) {
    if (name === '' || name === '.') continue;
    if (name === '..' && names.length > 0 && names.at(-1) !== '..') names.pop();
    else names.push(name);
  }
  return names;
}

/**
 * The rest of a path below a root, both as the cgroup namespace has them; undefined when it is not
 * below.
 */
export function pathBelow(root: string, path: string): string | undefined {
  const [above, names] = [namesOf(root), namesOf(path)];
  const rest = names.slice(above.length);
  // A path that goes on upwards from the root is not below it.
  const isBelow = above.every((name, index) => names[index] === name) && rest[0] !== '..';
  return isBelow ? rest.join('/') : undefined;
}

/**
 * A mount that begins above the root of our cgroup namespace: its path is `/..` and so on, which
 * does not say by which names one comes down to us again. They are those of the directory in which
 * our own process is listed.
 */
function pathBelowOwn({ root, point }: CgroupMount, path: string): string | undefined {
  const [up, names] = [namesOf(root), namesOf(path)];
  if (up.length === 0 || up.some((name) => name !== '..')) return undefined;
  const climbs = names.filter((name) => name === '..').length;
  const own = /^0::(\/.*)$/m.exec(tryRead('/proc/self/cgroup'))?.[1];
  if (climbs >= up.length || own === undefined || own.startsWith('/..')) return undefined;
  let searched = 0;
  const search = (directory: string, depth: number): readonly string[] | undefined => {
    if (searched++ > maxSearched) return undefined;
    if (depth === 0) return lists(`${directory}${own}`, process.pid) ? [] : undefined;
    for (const name of directoriesIn(directory)) {
      const rest = search(`${directory}/${name}`, depth - 1);
      if (rest !== undefined) return [name, ...rest];
    }
    return undefined;
  };
  const down = search(point, up.length);
  return down === undefined
    ? undefined
    : [...down.slice(0, up.length - climbs), ...names.slice(climbs)].join('/');
}

const lists = (directory: string, tgid: number) =>
  tryRead(`${directory}/cgroup.procs`).split('\n').includes(String(tgid));

function directoriesIn(directory: string): string[] {
  try {
    return readdirSync(directory, { withFileTypes: true })
      .filter((entry) => entry.isDirectory())
      .map(({ name }) => name);
  } catch {
    return [];
  }
}

const readMounts = () => cgroupMounts(tryRead('/proc/self/mountinfo'));

/** Of several mounts at one place the last: it covers the others. */
export function cgroupMounts(mountinfo: string): readonly CgroupMount[] {
  const byPoint = new Map<string, CgroupMount | undefined>();
  for (const line of mountinfo.split('\n')) {
    const [mount = '', source = ''] = line.split(' - ');
    const [, , , root = '', point = ''] = mount.split(' ').map(unescaped);
    const [type] = source.split(' ');
    const isCgroup = type === 'cgroup' || type === 'cgroup2';
    byPoint.set(point, isCgroup ? { unified: type === 'cgroup2', root, point } : undefined);
  }
  return [...byPoint.values()].filter((mount) => mount !== undefined);
}

/** Octal escapes stand for spaces, tabs, newlines and backslashes. (fs/proc_namespace.c) */
const unescaped = (field: string) =>
  field.replace(/\\([0-7]{3})/g, (_, code) => String.fromCharCode(Number.parseInt(code, 8)));

/** The inode number of a directory, of a file system of this kind where one is given. */
function directoryId(path: string, kind?: number): bigint | undefined {
  try {
    if (kind !== undefined && superMagic(path) !== kind) return undefined;
    const folder = statSync(path, { bigint: true });
    return folder.isDirectory() ? folder.ino : undefined;
  } catch {
    return undefined;
  }
}

function superMagic(path: string): number | undefined {
  try {
    return statfsSync(path).type;
  } catch {
    return undefined;
  }
}
