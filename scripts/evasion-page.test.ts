import { existsSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';

const page = new URL('../docs/evasion.md', import.meta.url);
const rows = readFileSync(page, 'utf8')
  .split('\n')
  .filter((line) => line.startsWith('| ') && !line.startsWith('| attack '));

describe('docs/evasion.md', () => {
  it.each(rows)('%s', (row) => {
    const [, title = '', path = ''] = /\[(.+)\]\((.+)\) \|$/.exec(row) ?? [];
    const file = new URL(path, page);
    expect(title).not.toBe('');
    expect(existsSync(file)).toBe(true);
    expect(readFileSync(file, 'utf8')).toContain(title);
  });
});
