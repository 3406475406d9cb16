/**
 * Where downloaded kernels and the guest's system are kept: outside the tree, for all clones
 * together.
 */
import { homedir } from 'node:os';
import { join } from 'node:path';
import process from 'node:process';

/** @param {...string} parts @returns {string} */
export const inCache = (...parts) =>
  join(
    process.env['SPOOR_KERNEL_CACHE'] ??
      join(process.env['XDG_CACHE_HOME'] ?? join(homedir(), '.cache'), 'spoor', 'kernels'),
    ...parts,
  );
