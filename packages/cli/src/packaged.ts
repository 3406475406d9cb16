import { fileURLToPath } from 'node:url';

/** The path of a file of this package. This file lies, as all of `dist/` does, one folder below it. */
export const packaged = (path: string): string => fileURLToPath(new URL(`../${path}`, import.meta.url));
