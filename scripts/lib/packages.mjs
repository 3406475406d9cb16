/**
 * The layers of the workspace: which package may import which. `pnpm check imports` compares this
 * table with every package.json and every import.
 */

/**
 * @typedef {object} Layer
 * @property {string} folder
 * @property {string} name
 * @property {readonly string[]} mayImport names of workspace packages
 * @property {readonly string[]} [testsMayImport] what tests may import as well: kernel tests need
 *   the loader, which is below every package that tests with it
 */

const core = '@spoor/core';
const btf = '@spoor/btf';
const bpf = '@spoor/bpf';
const proc = '@spoor/proc';
const ring = '@spoor/ring';
const object = '@spoor/object';
const map = '@spoor/map';
const filter = '@spoor/filter';
const event = '@spoor/event';
const tracer = '@spoor/tracer';
const build = '@spoor/build';
const libraries = [core, btf, bpf, proc, ring, object, map, filter, event, tracer];

/** @type {readonly Layer[]} */
export const layers = [
  { folder: 'packages/core', name: core, mayImport: [] },
  { folder: 'packages/btf', name: btf, mayImport: [core] },
  { folder: 'bpf', name: bpf, mayImport: [core, btf] },
  { folder: 'packages/proc', name: proc, mayImport: [core], testsMayImport: [btf, object] },
  { folder: 'packages/ring', name: ring, mayImport: [core] },
  { folder: 'packages/object', name: object, mayImport: [core, btf, ring] },
  { folder: 'packages/map', name: map, mayImport: [core, btf, proc], testsMayImport: [object] },
  {
    folder: 'packages/filter',
    name: filter,
    mayImport: [core, btf, bpf, proc],
    testsMayImport: [map, object],
  },
  { folder: 'packages/event', name: event, mayImport: [core, btf, bpf], testsMayImport: [object, ring] },
  { folder: 'packages/tracer', name: tracer, mayImport: libraries.filter((name) => name !== tracer) },
  { folder: 'packages/build', name: build, mayImport: [core, btf] },
  { folder: 'packages/cli', name: 'spoor', mayImport: libraries },
];

/**
 * Packages in these folders use public packages as any consumer does, and never import each other.
 */
export const consumerFolders = ['examples', 'experiments', 'bench'];

/** The only folder that may call foreign functions. */
export const ffiFolder = 'packages/object/src/ffi';

/** Packages that bind foreign functions. */
export const ffiModules = ['koffi', 'node:ffi', 'ffi', 'ffi-napi', '@lwahonen/ffi-napi', 'ref-napi'];
