import { expect, test } from 'vitest';
import { interleave, turnOf, type Variant } from './interleave.js';

const never = new AbortController().signal;

function variants(log: string[]): Variant[] {
  return ['a', 'b', 'c'].map((name, index) => ({
    name,
    side: 'ours' as const,
    run: async () => {
      log.push(name);
      return name === 'c' ? { time: index, extra: log.length } : { time: index };
    },
  }));
}

test('each round has every variant once', async () => {
  const log: string[] = [];
  await interleave(variants(log), { rounds: 4, signal: never });
  expect(log).toHaveLength(12);
  for (let round = 0; round < 4; round++) {
    expect(new Set(log.slice(round * 3, round * 3 + 3))).toEqual(new Set(['a', 'b', 'c']));
  }
});

test('no variant always follows the same other', () => {
  expect([0, 1, 2, 3].map((round) => turnOf(['a', 'b', 'c'], round).join(''))).toEqual([
    'abc',
    'acb',
    'cab',
    'cba',
  ]);
  expect(turnOf([], 3)).toEqual([]);
});

test('rounds that warm up do not count', async () => {
  const log: string[] = [];
  const samples = await interleave(variants(log), { rounds: 2, warmUp: 3, signal: never });
  expect(log).toHaveLength(15);
  expect(samples.of('a')).toEqual([{ time: 0 }, { time: 0 }]);
});

test('a series has what was measured, of those that measured it', async () => {
  const samples = await interleave(variants([]), { rounds: 2, signal: never });
  expect(samples.series('time').map(({ name, samples: values }) => [name, values])).toEqual([
    ['a', [0, 0]],
    ['b', [1, 1]],
    ['c', [2, 2]],
  ]);
  expect(samples.series('extra')).toEqual([{ name: 'c', side: 'ours', samples: [3, 5] }]);
});

test('an abort ends it between two steps', async () => {
  const controller = new AbortController();
  const log: string[] = [];
  const stepping = interleave(variants(log), {
    rounds: 5,
    signal: controller.signal,
    onStep: ({ round, name }) => {
      if (round === 1 && name === 'b') controller.abort(new Error('enough'));
    },
  });
  await expect(stepping).rejects.toThrow('enough');
  // The step that it was told of is done still.
  expect(log.join('')).toBe('abcacb');
});
