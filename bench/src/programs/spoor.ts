import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';

const { resolve } = createRequire(import.meta.url);

/** The `spoor` command with these arguments, by its native launcher. */
export function spoor(...args: string[]): readonly string[] {
  return [join(dirname(resolve('spoor')), '..', 'bin', 'spoor'), ...args];
}
