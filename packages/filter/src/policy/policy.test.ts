import { SpoorError } from '@spoor/core';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { writtenScope } from '../../test/arbitraries.js';
import { manySlips, mutate } from '../../test/damage.js';
import { eventNames } from '../events/fields.js';
import { parseScope } from '../grammar/parse.js';
import { filterKinds } from '../kinds/filter-kinds.js';
import { parsePolicy, printPolicy } from './policy.js';
import { policyJsonSchema } from './schema.js';

const example = `{
  "description": "what the build opens",
  "scopes": [
    {
      "name": "build",
      "filters": "comm=node,np* uid>=1000 follow",
      "events": ["exec", "open.path=/etc/*", { "event": "connect", "where": [{ "field": "port", "operator": "=", "values": [443] }] }]
    },
    {
      "name": "rest",
      "filters": [
        { "filter": "comm", "operator": "!=", "values": ["a\\\\*b", "*.sh"] },
        { "filter": "uid", "values": [0, "1000-1999", "nobody"] },
        { "filter": "container" }
      ],
      "follow": true
    }
  ]
}`;

test('reads scopes said in either way', async () => {
  const policy = await parsePolicy(example);
  expect(policy.description).toBe('what the build opens');
  expect(policy.scopes).toEqual([
    parseScope('build: comm=node,np* uid>=1000 follow exec open.path=/etc/* connect.port=443'),
    parseScope('rest: comm!="a*b",*.sh uid=0,1000-1999,nobody container follow'),
  ]);
  expect(await parsePolicy(JSON.parse(example))).toEqual(policy);
  expect(await parsePolicy(printPolicy(policy))).toEqual(policy);
});

test('a scope without filters takes everything', async () => {
  const { scopes } = await parsePolicy('{"scopes":[{"name":"a","filters":""},{"name":"b","filters":[]}]}');
  expect(scopes.map(({ filters, events, follows }) => ({ filters, events, follows }))).toEqual([
    { filters: [], events: [], follows: false },
    { filters: [], events: [], follows: false },
  ]);
});

/** The policy of one scope, as text, with a part of it replaced. */
const one = (rest: string) => `{"scopes": [{"name": "a", ${rest}}]}`;

test.each([
  ['', 'line 1, column 1: expected a value, found the end of the policy', ''],
  ['{"scopes": [}', `line 1, column 13: expected a value, found '}'`, '/scopes/0'],
  ['{"scopes": []\n "a"', `line 2, column 2: expected ',' or '}', found '"'`, ''],
  ['{"scopes": tru}', `expected a value, found 'tru'`, '/scopes'],
  ['{scopes: 1}', `expected a quoted name, found 's'`, ''],
  ['{"scopes" 1}', `expected ':', found '1'`, ''],
  ['{"scopes": [], "scopes": []}', `duplicate 'scopes'`, '/scopes'],
  ['{"a": "b', 'line 1, column 7: unterminated string', '/a'],
  ['{"a": "\\x"}', 'line 1, column 8: unknown escape', '/a'],
  ['{"a": "\n"}', 'unescaped control character in a string', '/a'],
  ['[] []', 'unexpected text after the policy', ''],
  [`${'['.repeat(100)}`, 'nested deeper than 64', '/0'.repeat(65)],
  ['{"scopes": 01}', 'expected a value', '/scopes'],
  ['{"scopes": [9007199254740993]}', 'too large for a number', '/scopes/0'],
  ['7', 'must be object', ''],
  ['{}', `missing 'scopes'`, ''],
  ['{"scopes": []}', '/scopes: must not have fewer than 1 items', '/scopes'],
  ['{"scopes": [{"filters": ""}]}', `line 1, column 13, /scopes/0: missing 'name'`, '/scopes/0'],
  ['{"scopes": [{"name": "-", "filters": ""}]}', '/scopes/0/name: must match pattern', '/scopes/0/name'],
  [one('"filters": 1'), 'line 1, column 38, /scopes/0/filters: must be string or array', '/scopes/0/filters'],
  [one('"filters": "", "folow": true'), `/scopes/0: unknown property 'folow'`, '/scopes/0'],
  [
    one('"filters": [{"filter": "udi"}]'),
    '/scopes/0/filters/0/filter: must be one of uid, gid',
    '/scopes/0/filters/0/filter',
  ],
  [one('"filters": [{"filter": "uid"}]'), '/scopes/0/filters/0: uid: missing value', '/scopes/0/filters/0'],
  [
    one('"filters": [{"filter": "new", "values": [1]}]'),
    'new is a flag and takes no values',
    '/scopes/0/filters/0/values',
  ],
  [
    one('"filters": [{"filter": "new", "operator": "<"}]'),
    'operator < is not supported for new (use = or !=)',
    '/scopes/0/filters/0',
  ],
  [
    one('"filters": [{"filter": "uid", "values": [-1]}]'),
    `uid: '-1': expected a number`,
    '/scopes/0/filters/0/values/0',
  ],
  [
    one('"filters": [{"filter": "uid", "values": [1.5]}]'),
    'must be integer or string',
    '/scopes/0/filters/0/values/0',
  ],
  [
    one('"filters": [{"filter": "comm", "values": [1]}]'),
    'comm: expected a text',
    '/scopes/0/filters/0/values/0',
  ],
  [
    one('"filters": [{"filter": "comm", "values": ["a*b"]}]'),
    'a star in the middle',
    '/scopes/0/filters/0/values/0',
  ],
  [
    one('"filters": [{"filter": "comm", "values": ["\\\\n"]}]'),
    'a backslash may only precede',
    '/scopes/0/filters/0/values/0',
  ],
  [one('"filters": "uid=0 udi=1"'), `column 7: unknown filter 'udi'`, '/scopes/0/filters'],
  [one('"filters": "b: uid=0"'), 'an expression in a policy cannot have a name', '/scopes/0/filters'],
  [one('"filters": "", "events": ["opne"]'), `unknown filter 'opne'`, '/scopes/0/events/0'],
  [
    one('"filters": "", "events": ["uid=0"]'),
    'expected an event or conditions on an event',
    '/scopes/0/events/0',
  ],
  [one('"filters": "open", "events": ["open.path=/x"]'), `duplicate 'open'`, '/scopes/0/events/0'],
  [
    one(
      '"filters": "", "events": [{"event": "open", "where": [{"field": "pth", "operator": "=", "values": [1]}]}]',
    ),
    `open has no field 'pth'`,
    '/scopes/0/events/0/where/0/field',
  ],
  [
    '{"scopes": [{"name":"a","filters":""},{"name":"a","filters":""}]}',
    `duplicate scope name 'a'`,
    '/scopes/1/name',
  ],
])('%s', async (text, says, path) => {
  const error = await parsePolicy(text).then(
    () => undefined,
    (caught: unknown) => caught,
  );
  expect(error).toBeInstanceOf(SpoorError);
  const { code, message, details } = error as SpoorError;
  expect({ code, path: details['path'] }).toEqual({ code: 'POLICY_INVALID', path });
  expect(message).toContain(says);
  expect(details['line']).toBeGreaterThanOrEqual(1);
  expect(details['column']).toBeGreaterThanOrEqual(1);
});

test('a name like __proto__ is data, and refused as unknown', async () => {
  await expect(parsePolicy('{"scopes": [], "__proto__": {"x": 1}}')).rejects.toThrow(
    /__proto__|fewer than 1/,
  );
  expect(({} as Record<string, unknown>)['x']).toBeUndefined();
});

test('suggests the word that was meant', async () => {
  await expect(parsePolicy(one('"filters": "", "folow": true'))).rejects.toMatchObject({
    remedy: 'Did you mean follow?',
  });
});

test('10,000 damaged policies: scopes, or an error with a place', { timeout: 120_000 }, async () => {
  let refused = 0;
  await fc.assert(
    fc.asyncProperty(writtenScope, manySlips, fc.boolean(), async (scope, damages, compact) => {
      const printed = printPolicy({ scopes: [scope] });
      const whole = compact ? JSON.stringify(JSON.parse(printed)) : printed;
      for (const damage of damages) {
        try {
          const policy = await parsePolicy(mutate(whole, damage));
          expect(await parsePolicy(printPolicy(policy))).toEqual(policy);
        } catch (error) {
          if (!(error instanceof SpoorError)) throw error;
          expect(error.code).toBe('POLICY_INVALID');
          expect(error.details['line']).toBeGreaterThanOrEqual(1);
          expect(typeof error.details['path']).toBe('string');
          refused += 1;
        }
      }
    }),
    { numRuns: 400 },
  );
  expect(refused).toBeGreaterThan(1000);
});

test('the schema is published as JSON Schema, with every kind and event', async () => {
  const schema = JSON.stringify(await policyJsonSchema());
  expect(JSON.parse(schema)).toMatchObject({
    type: 'object',
    required: ['scopes'],
    additionalProperties: false,
  });
  expect(schema).toContain(`"enum":${JSON.stringify(Object.keys(filterKinds))}`);
  expect(schema).toContain(`"enum":${JSON.stringify(eventNames())}`);
});
