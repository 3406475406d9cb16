/**
 * Who may depend on whom, where biome does not look: the dependencies in each package.json, and the includes
 * in C.
 */
import { readFileSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { rooms, userFolders } from '../lib/rooms.mjs';
import { filesBelow } from '../lib/stamp.mjs';
import { inRoot, packageFolders, readManifest } from '../lib/workspace.mjs';

/**
 * @param {{ folder: string, manifest: import('../lib/workspace.mjs').Manifest }} subject
 * @returns {string[]} one line a dependency that the table of rooms does not allow
 */
export function dependencyFaults({ folder, manifest }) {
  const publicNames = rooms.map(({ name }) => name);
  const user = userFolders.find((each) => folder === each.folder || folder.startsWith(`${each.folder}/`));
  const room = rooms.find((candidate) => candidate.folder === folder);
  const mayImport = room?.mayImport ?? (user && [...publicNames, ...user.mayAlsoUse]);
  if (mayImport === undefined) return [`${folder}: not in the table of rooms (scripts/lib/rooms.mjs)`];
  const used = { ...manifest.dependencies, ...manifest.peerDependencies, ...manifest.optionalDependencies };
  /** @param {Record<string, string>} declared @param {readonly string[]} allowed @returns {string[]} */
  const forbidden = (declared, allowed) =>
    Object.entries(declared)
      .filter(([name, range]) => range.startsWith('workspace:') || publicNames.includes(name))
      .filter(([name]) => !allowed.includes(name))
      .map(([name]) => {
        const list = allowed.length === 0 ? 'no package of ours' : `only ${allowed.join(', ')}`;
        return `${folder}/package.json: depends on ${name}; ${manifest.name} may depend on ${list}`;
      });
  return [
    ...forbidden(used, mayImport),
    ...forbidden(manifest.devDependencies ?? {}, [...mayImport, ...(room?.testsMayImport ?? [])]),
  ];
}

/** From the outside in: a file may include its own room and those behind it, never one before it. */
const rows = [['programs', 'tests'], ['events', 'filters', 'maps'], ['lib']];

/**
 * @param {string} path relative to bpf/
 * @returns {number} its row; -1 for the object's own file, which includes all
 */
const rowOf = (path) => rows.findIndex((row) => row.includes(path.split('/')[0] ?? ''));

/**
 * @param {{ path: string, text: string }} source `path` is relative to bpf/
 * @returns {string[]} one line an include that goes back
 */
export function includeFaults({ path, text }) {
  const from = rowOf(path);
  return text.split('\n').flatMap((line, index) => {
    const target = /^\s*#\s*include\s+"([^"]+)"/.exec(line)?.[1];
    if (target === undefined) return [];
    // bpf/ is on the include path: a name that begins with a room is meant from there, any other from the file.
    const to = rowOf(rowOf(target) === -1 ? join(dirname(path), target) : target);
    if (to === -1 || to >= from) return [];
    const direction = 'programs and tests → events, filters, maps → lib';
    return [`bpf/${path}:${index + 1}: includes ${target}; includes go ${direction}, never back`];
  });
}

/** @returns {import('../lib/reports.mjs').Verdict} */
export function checkRooms() {
  const packages = packageFolders().flatMap((folder) =>
    dependencyFaults({ folder, manifest: readManifest(folder) }),
  );
  const bpf = inRoot('bpf');
  const includes = rows
    .flat()
    .flatMap((room) =>
      filesBelow(join(bpf, room), (name, isFolder) => isFolder || /\.[ch]$/.test(name)).flatMap((file) =>
        includeFaults({ path: relative(bpf, file), text: readFileSync(file, 'utf8') }),
      ),
    );
  const faults = [...packages, ...includes];
  return { ok: faults.length === 0, output: faults.join('\n') };
}
