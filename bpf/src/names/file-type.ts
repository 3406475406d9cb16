import { type Names, namesOf } from './names.js';

const types: Readonly<Record<number, string>> = {
  1: 'fifo',
  2: 'character',
  4: 'directory',
  6: 'block',
  8: 'regular',
  10: 'symlink',
  12: 'socket',
};

/** Types of files, the upper four bits of `st_mode`: include/uapi/linux/stat.h. */
export const fileTypes: Names<string> = namesOf(
  (type) => types[type] ?? String(type),
  Object.keys(types).map(Number),
  'fifo, character, block',
);
