import { lstatSync, readlinkSync } from 'node:fs';

/** Where a path leads. */
export interface LeadsTo {
  /** Absolute, without `.`, `..`, double slashes and symbolic links, as far as the path exists. */
  readonly path: string;
  /** Whether all of it exists. What does not exist is in `path` as it was written. */
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
 * @param root directory that `/` stands for, also in the links: empty, or `/proc/PID/root`. A path never leaves it.
 */
export function followLinks(path: string, root = ''): LeadsTo {
  const rest = (path.startsWith('/') ? path : `${process.cwd()}/${path}`).split('/').reverse();
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

/** The text of a symbolic link; null for what is not one; undefined for what is not there or cannot be looked at. */
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
