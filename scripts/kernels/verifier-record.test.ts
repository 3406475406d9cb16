import { expect, test } from 'vitest';
import { costOf, grown } from './verifier-record.mjs';

test('the cost is in the log, without what differs from run to run', () => {
  const log = (time: number) =>
    `verification time ${time} usec\nstack depth 8\nprocessed 123880 insns (limit 1000000) total_states 2387\n`;
  expect(costOf(log(1))).toEqual({ instructions: 123_880, logBytes: 71 });
  expect(costOf(log(123_456))).toEqual(costOf(log(1)));
  expect(costOf('')).toBeUndefined();
});

test('a tenth more is borne, more than that is not; nor is what was never recorded', () => {
  const costs = (instructions: number) => ({ '6.1': { object: { program: { instructions, logBytes: 1 } } } });
  expect(grown(costs(1000), costs(1100))).toEqual([]);
  expect(grown(costs(1000), costs(10))).toEqual([]);
  expect(grown(costs(1000), costs(1101))).toEqual([
    '6.1: program of object takes 1101 instructions, and took 1000',
  ]);
  expect(grown({}, costs(1))).toEqual(['6.1: program of object is not recorded']);
});
