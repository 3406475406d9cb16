/** The kernels of the matrix: the oldest that Spoor runs on, and what Debian has released since. */

/**
 * @typedef {object} Release
 * @property {string} version as people name it
 * @property {string} suite of Debian
 */

/** @type {readonly Release[]} */
export const releases = [
  { version: '5.10', suite: 'bullseye' },
  { version: '6.1', suite: 'bookworm' },
  { version: '6.12', suite: 'trixie' },
];
