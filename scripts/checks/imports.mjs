/**
 * `pnpm check imports`: which package may import which, in each package.json, in each import and in
 * the includes of the BPF object.
 */
import { readFileSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { consumerFolders, layers } from '../lib/packages.mjs';
import { filesBelow } from '../lib/stamp.mjs';
import { inRoot, packageFolders, readManifest } from '../lib/workspace.mjs';

const publicNames = layers.map(({ name }) => name);

/**
 * @param {string} folder relative to the root
 * @returns {{ sources: readonly string[], tests: readonly string[] } | undefined} the packages that
 *   its sources and its tests may import
 */
function allowedIn(folder) {
  const layer = layers.find((candidate) => candidate.folder === folder);
  if (layer !== undefined) {
    const { mayImport, testsMayImport = [] } = layer;
    return { sources: mayImport, tests: [...mayImport, ...testsMayImport] };
  }
  const isConsumer = consumerFolders.some((each) => folder === each || folder.startsWith(`${each}/`));
  return isConsumer ? { sources: publicNames, tests: publicNames } : undefined;
}

/**
 * @param {{ folder: string, manifest: import('../lib/workspace.mjs').Manifest }} subject
 * @returns {string[]} one line per dependency that the table of layers does not allow
 */
export function dependencyFaults({ folder, manifest }) {
  const allowed = allowedIn(folder);
  if (allowed === undefined) return [`${folder}: missing in the table of layers (scripts/lib/packages.mjs)`];
  const used = { ...manifest.dependencies, ...manifest.peerDependencies, ...manifest.optionalDependencies };
  /**
   * @param {Record<string, string>} declared
   * @param {readonly string[]} names
   * @returns {string[]}
   */
  const forbidden = (declared, names) =>
    Object.entries(declared)
      .filter(([name, range]) => range.startsWith('workspace:') || publicNames.includes(name))
      .filter(([name]) => !names.includes(name))
      .map(([name]) => {
        const list = names.length === 0 ? 'no package of the workspace' : `only ${names.join(', ')}`;
        return `${folder}/package.json: depends on ${name}; ${manifest.name} may depend on ${list}`;
      });
  return [...forbidden(used, allowed.sources), ...forbidden(manifest.devDependencies ?? {}, allowed.tests)];
}

const imported = /(?:from|import)\s*\(?\s*'((?:@spoor\/[a-z]+|spoor)(?=['/])[^']*)'/g;
const isTest = (/** @type {string} */ path) => /\.test(-d)?\.ts$|\/tests?\//.test(path);

/**
 * @param {{ folder: string, path: string, text: string }} source `path` is relative to the root
 * @returns {string[]} one line per import that the table of layers does not allow
 */
export function importFaults({ folder, path, text }) {
  const allowed = allowedIn(folder);
  if (allowed === undefined) return [];
  const names = isTest(path) ? allowed.tests : allowed.sources;
  const own = layers.find((layer) => layer.folder === folder)?.name;
  return [...text.matchAll(imported)].flatMap(({ 1: specifier = '', index }) => {
    const name = specifier
      .split('/')
      .slice(0, specifier.startsWith('@') ? 2 : 1)
      .join('/');
    if (name === own || names.includes(name)) return [];
    const line = text.slice(0, index).split('\n').length;
    const list = names.length === 0 ? 'no package of the workspace' : `only ${names.join(', ')}`;
    return [`${path}:${line}: imports ${specifier}; it may import ${list}`];
  });
}

const stem = (/** @type {string} */ path) => path.replace(/(?:\.d)?\.[cm]?[jt]s$/, '');

/**
 * @param {string} path of a source, relative to the root
 * @param {string} text
 * @returns {string[]} the modules of its own package that it names, without their endings; types
 *   count as well
 */
export function localImports(path, text) {
  const code = text.replace(/^\s*(?:\*|\/\/|\/\*).*$/gm, '');
  return [...code.matchAll(/\b(?:from|import)\s*\(?\s*'(\.[^']*)'/g)].map(({ 1: specifier = '' }) =>
    stem(join(dirname(path), specifier)),
  );
}

/**
 * @param {ReadonlyMap<string, readonly string[]>} graph modules, each with those that it imports
 * @returns {string[][]} the circles, each by its path; one per import that closes a circle
 */
export function circles(graph) {
  /** @type {string[][]} */
  const found = [];
  const done = new Set();
  /** @type {string[]} */
  const path = [];
  const visit = (/** @type {string} */ module) => {
    const at = path.indexOf(module);
    if (at !== -1) found.push([...path.slice(at), module]);
    if (at !== -1 || done.has(module)) return;
    path.push(module);
    for (const next of graph.get(module) ?? []) visit(next);
    path.pop();
    done.add(module);
  };
  for (const module of graph.keys()) visit(module);
  return found;
}

/** From the outside in: a file may include files of its own row and of the rows behind it. */
const rows = [['programs', 'tests'], ['events', 'filters', 'maps'], ['lib']];

/**
 * @param {string} path relative to bpf/
 * @returns {number} its row; -1 for the object's own file, which includes everything
 */
const rowOf = (path) => rows.findIndex((row) => row.includes(path.split('/')[0] ?? ''));

/**
 * @param {{ path: string, text: string }} source `path` is relative to bpf/
 * @returns {string[]} one line per include of a file in a row before its own
 */
export function includeFaults({ path, text }) {
  const from = rowOf(path);
  return text.split('\n').flatMap((line, index) => {
    const target = /^\s*#\s*include\s+"([^"]+)"/.exec(line)?.[1];
    if (target === undefined) return [];
    // bpf/ is on the include path: a name that begins with a folder of bpf/ starts there, any other
    // at the file.
    const to = rowOf(rowOf(target) === -1 ? join(dirname(path), target) : target);
    if (to === -1 || to >= from) return [];
    const direction = 'programs and tests → events, filters, maps → lib';
    return [`bpf/${path}:${index + 1}: includes ${target}; includes go ${direction}, never back`];
  });
}

/** @param {string} name @param {boolean} isFolder */
const isSource = (name, isFolder) =>
  isFolder ? !['node_modules', 'dist', 'build', 'gen'].includes(name) : /\.(ts|mjs|cjs)$/.test(name);

/** @returns {import('../lib/reports.mjs').Verdict} */
export function checkImports() {
  /** @type {Map<string, string[]>} */
  const graph = new Map();
  const packages = packageFolders().flatMap((folder) => [
    ...dependencyFaults({ folder, manifest: readManifest(folder) }),
    ...filesBelow(inRoot(folder), isSource).flatMap((file) => {
      const path = relative(inRoot(), file);
      const text = readFileSync(file, 'utf8');
      graph.set(stem(path), localImports(path, text));
      return importFaults({ folder, path, text });
    }),
  ]);
  const bpf = inRoot('bpf');
  const includes = rows
    .flat()
    .flatMap((row) =>
      filesBelow(join(bpf, row), (name, isFolder) => isFolder || /\.[ch]$/.test(name)).flatMap((file) =>
        includeFaults({ path: relative(bpf, file), text: readFileSync(file, 'utf8') }),
      ),
    );
  const closed = circles(graph).map((path) => `import circle: ${path.join(' → ')}`);
  const faults = [...packages, ...includes, ...closed];
  return { ok: faults.length === 0, output: faults.join('\n') };
}
