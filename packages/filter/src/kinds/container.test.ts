import { expect, test } from 'vitest';
import { filterKindSuite } from '../../test/filter-kind.js';
import { containerFact, taskFacts } from '../facts.js';
import { parseScope } from '../grammar/parse.js';
import { printScope } from '../grammar/print.js';
import { matchesScope } from '../reference/match.js';

const id = `0007${'a'.repeat(60)}`;
const named = (text: string) => ({ container: containerFact(text) });

filterKindSuite('container', {
  rows: [
    ['container', named(id), named('')],
    ['!container', named(''), named('web')],
    ['container=0007', named(id), named(`0008${'a'.repeat(60)}`)],
    [`container=${id}`, named(id), named('')],
    ['container=web', named('web'), named('web2')],
    ['container=web*', named('web2'), named('mail')],
    ['container=00*', named(id), named('web')],
    ['container=*-db', named('web-db'), named('web')],
    ['container="*"', named('*'), named('web')],
    ['container=*', named('web'), named('')],
    ['container!=0007,web', named(''), named(id)],
    ['container container!=web', named('mail'), named('web')],
    ['container="true"', named('true'), named('web')],
  ],
  wrong: [
    ['container<1', /operator < is not supported for container \(use = or !=\)/],
    ['container=""', /empty container id or name/],
    [`container=${'x'.repeat(127)}`, /127 bytes exceed the limit of 126/],
    ['container=a container=b', /duplicate 'container='/],
    ['!container container=a', /duplicate 'container'/],
    ['container=a !container', /duplicate 'container'/],
  ],
});

test.each([
  // Hexadecimal digits are the beginning of an id, and of a name all of it.
  ['container=deb', named(`deb${'0'.repeat(61)}`), true],
  ['container=deb', named('deb'), true],
  ['container=deb', named('debian'), false],
  ['container=DEB', named(`deb${'0'.repeat(61)}`), false],
  ['container=web', named(`eb${'0'.repeat(62)}`), false],
  ['container=deb*', named('debian'), true],
  ['container=*aaa', named(id), true],
  [`container=${id}0`, named(id), false],
])('%s of %o: %s', (text, facts, expected) => {
  expect(matchesScope(parseScope(text), taskFacts(facts))).toBe(expected);
});

test.each([
  ['container=true', 'scope: container'],
  ['container!=true', 'scope: !container'],
  ['container="false"', 'scope: container="false"'],
])('%s is %s', (written, canonical) => {
  expect(printScope(parseScope(written))).toBe(canonical);
});
