import { readFileSync } from 'node:fs';
import { packaged } from './packaged.js';

/** From package.json. */
export function version(): string {
  return (JSON.parse(readFileSync(packaged('package.json'), 'utf8')) as { version: string }).version;
}
