import { readFileSync } from 'node:fs';
import { packaged } from './packaged.js';

/** Returns the version in package.json. */
export function version(): string {
  return (JSON.parse(readFileSync(packaged('package.json'), 'utf8')) as { version: string }).version;
}
