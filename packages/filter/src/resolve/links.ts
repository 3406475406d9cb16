import { lstatSync, readlinkSync } from 'node:fs';

/** The target of a path. */
export interface LeadsTo {
  /** Absolute, without `.`, `..`, double slashes and symbolic links, as far as the path exists. */
  readonly path: string;
  /** True if all of the path exists. A missing part is in `path` as written. */
  readonly exists: boolean;
}

/** As many as the kernel follows in one path (MAXSYMLINKS of include/linux/namei.h). */
const mostLinks = 40;

/** Links that lead elsewhere for each process that asks. They stay names. */
const ownLinks: ReadonlySet<string> = new Set(['/proc/self', '/proc/thread-self']);

/**
 * Follows the symbolic links of a path, component by component.
 *
 * @param path absolute, or relative to the working directory
 * @param root the directory of `/`, also for links: empty, or `/proc/PID/root`. No path leaves it
 */
export function followLinks(path: string, root = ''): LeadsTo {
  const start = path.startsWith('/') ? '' : workingDirectory();
  if (start === undefined) return { path, exists: false };
  const rest = `${start}/${path}`.split('/').reverse();
  let done = '';
  let links = 0;
  let exists = true;
  for (let name = rest.pop(); name !== undefined; name = rest.pop()) {
    if (name === '' || name === '.') continue;
    if (name === '..') {
      done = done.slice(0, Math.max(0, done.lastIndexOf('/')));
      continue;
    }
    const here = `${done}/${name}`;
    const target = exists && !ownLinks.has(here) ? linkAt(root + here) : null;
    if (target === undefined) exists = false;
    if (typeof target !== 'string' || !isPath(target, here)) {
      done = here;
    } else if (++links > mostLinks) {
      done = here;
      exists = false;
    } else {
      if (target.startsWith('/')) done = '';
      rest.push(...target.split('/').reverse());
    }
  }
  return { path: done === '' ? '/' : done, exists };
}

/**
 * Reads a symbolic link; null for other files; `undefined` if the file is missing or unreadable.
 */
function linkAt(path: string): string | null | undefined {
  try {
    const status = lstatSync(path, { throwIfNoEntry: false });
    if (status === undefined) return undefined;
    return status.isSymbolicLink() ? readlinkSync(path) : null;
  } catch {
    return undefined;
  }
}

/** The links of `/proc/PID/fd` to pipes and sockets read `pipe:[4711]`, which is not a path. */
const isPath = (target: string, link: string) => target.startsWith('/') || !link.startsWith('/proc/');

/** The path of the working directory; undefined if the directory was removed. */
function workingDirectory(): string | undefined {
  try {
    return process.cwd();
  } catch {
    return undefined;
  }
}
