/**
 * `pnpm check api`: each public package has a text file with all that its entries export, and the
 * signatures. A change of the public face is then a line in a commit.
 *
 *     pnpm api     builds, and writes `api.txt` in each package
 */
import { existsSync, readFileSync, realpathSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import process from 'node:process';
import { fileURLToPath } from 'node:url';
import { say, script } from '../lib/output.mjs';
import { inRoot, packageFolders, readManifest } from '../lib/workspace.mjs';
import { setup } from '../setup.mjs';

/**
 * @typedef {object} Module one declaration file
 * @property {Map<string, string[]>} declared statements by name: a function has one per overload
 * @property {Map<string, { name: string, from: string }>} imported by the local name
 * @property {Map<string, { name: string, isType: boolean, from?: string }>} exported without
 *   `from`, the name is declared or imported in this file
 * @property {string[]} stars specifiers of `export * from`
 */

/** @typedef {{ name: string, text: string, isValue: boolean }} Export */

/** Comments, and texts, in which the signs of a comment mean nothing. */
const commentOrText =
  /(?<comment>\/\*[\s\S]*?\*\/|\/\/[^\n]*)|'(?:\\.|[^'\\\n])*'|"(?:\\.|[^"\\\n])*"|`(?:\\[\s\S]|[^`\\])*`/g;

/**
 * @param {string} text
 * @returns {string[]} top-level statements: in a declaration file each begins at column 0
 */
function statementsOf(text) {
  const plain = text
    .replace(commentOrText, (token, comment) => (comment === undefined ? token : ''))
    .replace(/^[ \t]*(?:#private|private .*);\n/gm, '');
  /** @type {string[]} */
  const statements = [];
  for (const line of plain.split('\n')) {
    if (line.trim() === '') continue;
    if (/^[^\s}\])>|]/.test(line) || statements.length === 0) statements.push(line.trimEnd());
    else statements.push(`${statements.pop()}\n${line.trimEnd()}`);
  }
  return statements;
}

const listed =
  /^(?<verb>import|export) (?<type>type )?\{(?<names>[^}]*)\}(?: from ['"](?<from>[^'"]+)['"])?;$/;
const star = /^export \* from ['"](?<from>[^'"]+)['"];$/;
const declaration =
  /^(?<exported>export )?(?:declare )?(?:abstract )?(?:const|let|var|function|class|enum|interface|type|namespace) (?<name>[\w$]+)/;

/** @param {string} text of a `.d.ts` file @returns {Module} */
export function readModule(text) {
  /** @type {Module} */
  const module = { declared: new Map(), imported: new Map(), exported: new Map(), stars: [] };
  for (const statement of statementsOf(text)) {
    const list = listed.exec(statement)?.groups;
    const from = list?.['from'];
    for (const item of (list?.['names'] ?? '').split(',').filter((each) => each.trim() !== '')) {
      const isType = list?.['type'] !== undefined || /^\s*type /.test(item);
      const [original = '', alias = original] = item
        .trim()
        .replace(/^type /, '')
        .split(' as ');
      if (list?.['verb'] === 'import') module.imported.set(alias, { name: original, from: from ?? '' });
      else
        module.exported.set(
          alias,
          from === undefined ? { name: original, isType } : { name: original, isType, from },
        );
    }
    const everything = star.exec(statement)?.groups?.['from'];
    if (everything !== undefined) module.stars.push(everything);
    const { name, exported } = declaration.exec(statement)?.groups ?? {};
    if (name === undefined) continue;
    const body = statement.replace(/^(?:export )?(?:declare )?/, '');
    module.declared.set(name, [...(module.declared.get(name) ?? []), body]);
    if (exported !== undefined) module.exported.set(name, { name, isType: false });
  }
  return module;
}

const value = /^(?:export \{|(?:abstract )?(?:const|let|var|function|class|enum) )/;

/** @type {Map<string, Module>} */
const modules = new Map();

/** @param {string} file @returns {Module} */
function moduleOf(file) {
  const known = modules.get(file) ?? readModule(readFileSync(file, 'utf8'));
  modules.set(file, known);
  return known;
}

const beside = (/** @type {string} */ file, /** @type {string} */ specifier) =>
  join(dirname(file), specifier.replace(/\.js$/, '.d.ts'));

/**
 * @param {string} file
 * @param {string} name as `file` exports it
 * @returns {{ statements: readonly string[], isType: boolean }} `isType` if it is exported as a
 *   type alone
 */
function resolveExport(file, name) {
  const { declared, imported, exported, stars } = moduleOf(file);
  const target = exported.get(name);
  if (target === undefined) {
    const found = stars.map((specifier) => resolveExport(beside(file, specifier), name));
    return found.find((each) => each.statements.length > 0) ?? { statements: [], isType: true };
  }
  const { isType } = target;
  const { name: there, from } = target.from === undefined ? (imported.get(target.name) ?? target) : target;
  if (from?.startsWith('.') === true) {
    const found = resolveExport(beside(file, from), there);
    return { ...found, isType: isType || found.isType };
  }
  if (from !== undefined) {
    const item = there === name ? name : `${there} as ${name}`;
    return { statements: [`export { ${item} } from '${from}';`], isType };
  }
  // `pnpm check generated` compares these with their generator.
  const isGenerated = dirname(file).split('/').includes('gen');
  const statements = declared.get(target.name) ?? [];
  return { statements: isGenerated ? statements.map(headOf) : statements, isType };
}

const headOf = (/** @type {string} */ statement) => `${/^[\w ]+/.exec(statement)?.[0].trim()} (generated)`;

/** @param {string} file @returns {string[]} */
const namesOf = (file) => {
  const { exported, stars } = moduleOf(file);
  return [...exported.keys(), ...stars.flatMap((from) => namesOf(beside(file, from)))];
};

/** @param {string} file the declarations of an entry @returns {Export[]} sorted by name */
export function exportsOf(file) {
  return [...new Set(namesOf(file))]
    .sort((a, b) => (a < b ? -1 : 1))
    .map((name) => {
      const { statements, isType } = resolveExport(file, name);
      if (statements.length === 0) throw new Error(`${file}: cannot find the declaration of ${name}`);
      const isValue = !isType && statements.some((text) => value.test(text));
      return { name, text: statements.join('\n'), isValue };
    });
}

/**
 * @param {string} folder of a package
 * @returns {{ report: string, values: number }} values of the main entry
 */
function reportOf(folder) {
  const { name, exports = {} } = readManifest(folder);
  let report = `Public entries of ${name}. \`pnpm api\` writes this file.\n`;
  let values = 0;
  for (const [entry, target] of Object.entries(exports)) {
    const { types } = /** @type {{ types?: string }} */ (typeof target === 'string' ? {} : target);
    if (types === undefined) continue;
    const all = exportsOf(inRoot(folder, types));
    const count = all.filter(({ isValue }) => isValue).length;
    if (entry === '.') values = count;
    report += `\n== ${join(name, entry)}: ${count} values, ${all.length - count} types\n`;
    report += all.map(({ text }) => `\n${text}\n`).join('');
  }
  return { report, values };
}

const publicFolders = () => packageFolders().filter((folder) => readManifest(folder).private !== true);

/** @returns {import('../lib/reports.mjs').Verdict} */
export function checkApi() {
  const reports = publicFolders().map((folder) => ({ folder, ...reportOf(folder) }));
  const stale = reports.filter(({ folder, report }) => {
    const path = inRoot(folder, 'api.txt');
    return !existsSync(path) || readFileSync(path, 'utf8') !== report;
  });
  const counts = reports.map(({ folder, values }) => `${folder.replace('packages/', '')} ${values}`);
  const total = reports.reduce((sum, { values }) => sum + values, 0);
  return {
    ok: stale.length === 0,
    output: stale
      .map(({ folder }) => `${folder}/api.txt is stale: run \`pnpm api\` and read the difference`)
      .join('\n'),
    note: `${total} values in main entries: ${counts.join(', ')}`,
  };
}

if (fileURLToPath(import.meta.url) === realpathSync(process.argv[1] ?? '.')) {
  await script(async () => {
    await setup();
    for (const folder of publicFolders()) writeFileSync(inRoot(folder, 'api.txt'), reportOf(folder).report);
    say(checkApi().note ?? '');
    return undefined;
  });
}
