import { execFileSync } from 'node:child_process';
import { expect, test } from 'vitest';
import { compileFixture } from '../test/compile.js';
import { openObject } from './index.js';

const basic = compileFixture('basic');

test('an object goes through its phases: open, choose, load, attach, dispose', () => {
  using opened = openObject(basic);
  opened.setConstant('target_tgid', 0).resizeMap('table', 256);
  using loaded = opened.load();
  expect(loaded.map('table').maxEntries).toBe(256);
  expect(new Set(loaded.maps.keys())).toEqual(
    new Set(['table', 'counters', 'recent', 'line', 'per_task', 'ring']),
  );
  const links = loaded.attach();
  expect(links.map(({ program }) => program)).toEqual(['on_exit', 'on_fork']);
  execFileSync('true');
  expect(loaded.globals.read('hits')).toBeGreaterThanOrEqual(2n);
});
