import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import process from 'node:process';

const { resolve } = createRequire(import.meta.url);

/** The `spoor` command with these arguments, under this Node.js. */
export function spoor(...args: string[]): readonly string[] {
  return [process.execPath, join(dirname(resolve('spoor')), '..', 'bin', 'spoor.mjs'), ...args];
}
