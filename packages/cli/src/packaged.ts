import { fileURLToPath } from 'node:url';

/**
 * Returns the path of a file of this package. This module is one folder below the package, in
 * `src/` and in `dist/`.
 */
export const packaged = (path: string): string => fileURLToPath(new URL(`../${path}`, import.meta.url));
