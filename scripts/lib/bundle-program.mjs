import { rolldown } from 'rolldown';

/**
 * Bundles a program in TypeScript for any Node.js: version 20 does not run TypeScript itself.
 *
 * @param {string} source path of the program
 * @param {string} file path of the bundle, from where its packages resolve
 */
export async function bundleProgram(source, file) {
  const bundle = await rolldown({
    input: source,
    platform: 'node',
    external: (id) => /^(?:node:|@)/.test(id),
  });
  await bundle.write({ file, format: 'esm' });
  await bundle.close();
}
