/** The packages that are published: their tarballs, and what each must have. */
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Failure } from '../lib/output.mjs';
import { inParallel } from '../lib/parallel.mjs';
import { run } from '../lib/run.mjs';
import { inRoot, packageFolders, readJson, readManifest } from '../lib/workspace.mjs';

/**
 * @typedef {object} Packed
 * @property {string} name
 * @property {string} folder in the workspace
 * @property {string} tarball
 * @property {string} unpacked the folder of its files
 * @property {any} manifest as it is published
 */

/**
 * @param {string} command
 * @param {readonly string[]} args
 * @param {import('../lib/run.mjs').RunOptions} [options]
 * @returns {Promise<string>} its output
 */
export async function must(command, args, options) {
  const { status, output } = await run(command, args, options);
  if (status !== 0)
    throw new Failure(`${[command, ...args].join(' ')} failed with status ${status}`, { output });
  return output;
}

/**
 * Packs each public package as for a registry.
 *
 * @param {string} folder where to
 * @returns {Promise<Packed[]>}
 */
export function packAll(folder) {
  const folders = packageFolders().filter((name) => readManifest(name).private !== true);
  return inParallel(folders, async (name) => {
    const target = join(folder, name.replaceAll('/', '-'));
    mkdirSync(target, { recursive: true });
    const args = ['pack', '--json', '--pack-destination', target];
    const { filename: tarball } = JSON.parse(await must('pnpm', args, { cwd: inRoot(name) }));
    // `npm sbom` names a package by its folder.
    const unpacked = join(target, 'node_modules', readManifest(name).name);
    mkdirSync(unpacked, { recursive: true });
    await must('tar', ['-xzf', tarball, '--strip-components=1', '-C', unpacked]);
    const manifest = readJson(join(unpacked, 'package.json'));
    return { name: manifest.name, folder: name, tarball, unpacked, manifest };
  });
}

/** @param {Packed} packed @returns {string[]} the faults of a package, as a registry shows it */
export function faultsOf({ unpacked, manifest }) {
  const faults = ['description', 'license', 'keywords', 'engines']
    .filter((field) => manifest[field] === undefined)
    .map((field) => `package.json has no ${field}`);
  for (const file of ['README.md', 'LICENSE']) {
    try {
      readFileSync(join(unpacked, file));
    } catch {
      faults.push(`${file} is missing`);
    }
  }
  for (const field of ['dependencies', 'peerDependencies', 'optionalDependencies'])
    for (const [name, range] of Object.entries(manifest[field] ?? {}))
      if (/^(workspace|catalog|link|file):/.test(String(range)))
        faults.push(`${field}: ${name} is ${range}, which no registry has`);
  return faults;
}

/**
 * Writes the bill of materials of a package in the format CycloneDX: the package with all that its
 * installation brings along. Its dependencies are looked up in the registry.
 *
 * @param {Packed} packed
 * @param {string} path
 * @param {NodeJS.ProcessEnv} env
 * @returns {Promise<number>} how many components it has
 */
export async function writeBill({ unpacked, name }, path, env) {
  const options = { cwd: unpacked, env };
  const quiet = ['--package-lock-only', '--omit=dev', '--loglevel=error'];
  await must('npm', ['install', '--ignore-scripts', ...quiet], options);
  const format = ['--sbom-format=cyclonedx', '--sbom-type=library'];
  const bill = JSON.parse(await must('npm', ['sbom', ...format, ...quiet], options));
  if (bill.bomFormat !== 'CycloneDX' || bill.metadata.component.name !== name)
    throw new Failure(`npm sbom described ${bill.metadata?.component?.name}, not ${name}`);
  writeFileSync(path, `${JSON.stringify(bill, null, 2)}\n`);
  return bill.components.length;
}
