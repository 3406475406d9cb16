/**
 * Who may import whom: the one table. The dependencies in each package.json are checked against
 * it, and so are the import rules in biome.json (scripts/lib/rooms.test.ts), which must write it out again to
 * have a reason in each message.
 */

/**
 * @typedef {object} Room
 * @property {string} folder
 * @property {string} name
 * @property {readonly string[]} mayImport names of workspace packages
 * @property {readonly string[]} [testsMayImport] what its tests may besides: their kernel tests need the
 *   loader, which has only btf behind it, so that no circle can come of it
 */

/** @type {readonly Room[]} */
export const rooms = [
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
];

/**
 * Packages of these folders are users like any other: whatever is public, by its main entry, and never one
 * another, except that the benchmark runs the command.
 */
export const userFolders = [
  { folder: 'examples', mayAlsoUse: [] },
  { folder: 'bench', mayAlsoUse: ['spoor'] },
];

/** The only folder that may touch a foreign function. */
export const ffiFolder = 'packages/object/src/ffi';

/** What binds foreign functions. */
export const ffiModules = ['koffi', 'node:ffi', 'ffi', 'ffi-napi', '@lwahonen/ffi-napi', 'ref-napi'];
