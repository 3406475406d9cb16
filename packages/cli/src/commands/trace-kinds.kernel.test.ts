import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, it } from 'vitest';
import { linesOf, spoor } from '../../test/spoor.js';

const folder = mkdtempSync(join(tmpdir(), 'spoor-kinds-'));
afterAll(() => rmSync(folder, { recursive: true }));

it.each([
  [[], 1],
  [['--events', 'exec'], 0],
])('reports a kind that a scope names, unless --events names others: %j', async (given, count) => {
  const link = join(folder, `link-${count}`);
  const scope = ['--scope', `links: symlink.path=${link} exec`];
  const { status, stderr } = await spoor([
    'trace',
    ...scope,
    ...given,
    '-f',
    'json',
    '--',
    'ln',
    '-s',
    'x',
    link,
  ]);
  expect(status).toBe(0);
  const links = linesOf(stderr).filter(({ event }) => event === 'symlink');
  expect(links.map(({ data }) => data['path'])).toEqual(Array.from({ length: count }, () => link));
});
