import { expect, test } from 'vitest';
import { filterKindSuite } from '../../test/filter-kind.js';
import { scope } from '../grammar/builder.js';
import { parseScope } from '../grammar/parse.js';

filterKindSuite('comm', {
  rows: [
    ['comm=node,npm', { comm: 'npm' }, { comm: 'npm2' }],
    ['comm=ba*', { comm: 'bash' }, { comm: 'abash' }],
    ['comm=*sh', { comm: 'bash' }, { comm: 'shell' }],
    ['comm!=ba*,*d', { comm: 'zsh' }, { comm: 'systemd' }],
    ['comm="a b",""', { comm: '' }, { comm: 'a' }],
    // Bytes that are not UTF-8 are compared unchanged.
    ['comm=é', { comm: Uint8Array.of(0xc3, 0xa9) }, { comm: Uint8Array.of(0xe9) }],
    ['comm="*"', { comm: '*' }, { comm: 'x' }],
  ],
  wrong: [
    ['comm=aVeryLongTaskName', /17 bytes exceed the limit of 15/],
    ['comm!=aVeryLongTaskName', /17 bytes exceed the limit of 15/],
    ['comm=aVeryLongTaskName*', /17 bytes exceed the limit of 15/],
    ['comm=*aVeryLongTaskName', /17 bytes exceed the limit of 15/],
    ['comm=a*b', /column 7: a star in the middle/],
    ['comm=*a*', /not both/],
    ['comm="a', /column 6: unterminated quote/],
    ['comm>a', /operator > is not supported for comm/],
    ['comm="\\u{0}"', /invalid character number/],
  ],
});

const remedyOf = (act: () => unknown): string | undefined => {
  try {
    act();
  } catch (error) {
    return (error as { remedy?: string }).remedy;
  }
  throw new Error('it was not refused');
};

test.each([
  ['comm=victoria-metrics-prod', 'victoria-metric,'],
  ['comm!=victoria-metrics-prod', 'victoria-metric,'],
  ['comm=victoria-metrics*', 'victoria-metric,'],
  ['comm="a name with spaces"', '"a name with spa",'],
  // The kernel cuts in the middle of the last character, which cannot be written.
  ['comm=ééééééééé', 'ééééééé*,'],
  ['comm=*-victoria-metrics', 'TEXT*'],
  ['kill.targetComm=victoria-metrics-prod', 'victoria-metric,'],
  ['exec.previousComm!=victoria-metrics*', 'victoria-metric,'],
])('%s is refused, and what can match is offered', (expression, offered) => {
  expect(remedyOf(() => parseScope(expression))).toContain(offered);
});

test('the suggested value matches', () => {
  const kept = /^Write (\S+),/.exec(remedyOf(() => parseScope('comm=victoria-metrics-prod'))!)![1]!;
  expect(parseScope(`comm=${kept}`).filters).toEqual(scope().comm('victoria-metric').filters);
  expect(remedyOf(() => scope().comm('victoria-metrics-prod'))).toContain('victoria-metric,');
});
