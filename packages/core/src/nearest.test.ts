import { expect, it } from 'vitest';
import { nearest } from './nearest.js';

const known = ['events', 'scope', 'output', 'out', 'stats', 'stats-json'];

it.each([
  ['event', 'events'],
  ['evetns', 'events'],
  ['EVENTS', 'events'],
  ['ouput', 'output'],
  ['stats_json', 'stats-json'],
])('takes %s for %s', (word, meant) => {
  expect(nearest(word, known)).toBe(meant);
});

it.each(['zzz', 'colour', '', 'x'.repeat(65)])('leads nobody astray from %j', (word) => {
  expect(nearest(word, known)).toBeUndefined();
});
