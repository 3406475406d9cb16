/**
 * The layers of the workspace: which package may import which. `pnpm check imports` compares this table with every
 * package.json and every import.
 */

/**
 * @typedef {object} Layer
 * @property {string} folder
 * @property {string} name
 * @property {readonly string[]} mayImport names of workspace packages
 * @property {readonly string[]} [testsMayImport] what tests may import as well: kernel tests need the loader. Only
 *   `btf` is below it, so no circle can follow.
 */

/** @type {readonly Layer[]} */
export const layers = [
  { folder: 'packages/btf', name: '@spoor/btf', mayImport: [] },
  { folder: 'bpf', name: '@spoor/bpf', mayImport: ['@spoor/btf'] },
  { folder: 'packages/object', name: '@spoor/object', mayImport: ['@spoor/btf'] },
  {
    folder: 'packages/map',
    name: '@spoor/map',
    mayImport: ['@spoor/btf'],
    testsMayImport: ['@spoor/object'],
  },
  {
    folder: 'packages/filter',
    name: '@spoor/filter',
    mayImport: ['@spoor/btf', '@spoor/bpf', '@spoor/map'],
    testsMayImport: ['@spoor/object'],
  },
  {
    folder: 'packages/event',
    name: '@spoor/event',
    mayImport: ['@spoor/btf', '@spoor/bpf'],
    testsMayImport: ['@spoor/object'],
  },
  {
    folder: 'packages/tracer',
    name: '@spoor/tracer',
    mayImport: ['@spoor/btf', '@spoor/bpf', '@spoor/object', '@spoor/map', '@spoor/filter', '@spoor/event'],
  },
  {
    folder: 'packages/cli',
    name: 'spoor',
    mayImport: [
      '@spoor/btf',
      '@spoor/bpf',
      '@spoor/object',
      '@spoor/map',
      '@spoor/filter',
      '@spoor/event',
      '@spoor/tracer',
    ],
  },
];

/** Packages in these folders use public packages as any consumer does, and never import each other. */
export const consumerFolders = ['examples', 'experiments', 'bench'];

/** The only folder that may call foreign functions. */
export const ffiFolder = 'packages/object/src/ffi';

/** Packages that bind foreign functions. */
export const ffiModules = ['koffi', 'node:ffi', 'ffi', 'ffi-napi', '@lwahonen/ffi-napi', 'ref-napi'];
