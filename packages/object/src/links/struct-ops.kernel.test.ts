import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { compileFixture } from '../../test/compile.js';
import { kernelSince } from '../../test/kernel.js';
import { openObject } from '../index.js';

const controls = () =>
  readFileSync('/proc/sys/net/ipv4/tcp_available_congestion_control', 'utf8').trim().split(' ');

test('a TCP congestion control is loaded, attached and detached, several times', () => {
  using loaded = openObject(compileFixture('congestion')).load();
  expect(controls()).not.toContain('spoor_test');
  const links = loaded.attach();
  expect(links.map(({ program }) => program)).toEqual(['control']);
  expect(links.leftAlone).toEqual([]);
  expect(controls()).toContain('spoor_test');
  const [link] = links;
  expect(link?.info().type).toBe('struct_ops');
  if (kernelSince('6.4')) expect(link?.info().id).toBeGreaterThan(0);
  expect([...loaded.attach()]).toEqual([]);
  link?.detach();
  expect(controls()).not.toContain('spoor_test');
  loaded.attachMap('control');
  expect(controls()).toContain('spoor_test');
  loaded.close();
  expect(controls()).not.toContain('spoor_test');
});

test('a program of a struct_ops map says that the map is attached', () => {
  using loaded = openObject(compileFixture('congestion')).load();
  expect(() => loaded.program('threshold').attach()).toThrow(
    expect.objectContaining({ code: 'UNSUPPORTED', remedy: expect.stringContaining('attachMap()') }),
  );
  expect(loaded.program('threshold').hooked).toBe(false);
});

test('other maps are not attached, and a map of a disposed object is gone', () => {
  using others = openObject(compileFixture('iterators')).load();
  expect(() => others.attachMap('table')).toThrow(expect.objectContaining({ code: 'MAP_KIND' }));
  expect(() => others.attachMap('nothing')).toThrow(expect.objectContaining({ code: 'MAP_UNKNOWN' }));
  const loaded = openObject(compileFixture('congestion')).load();
  loaded.close();
  expect(() => loaded.attachMap('control')).toThrow(expect.objectContaining({ code: 'WRONG_PHASE' }));
});
