import { afterAll, expect, test } from 'vitest';
import { kernelJudge } from '../../test/kernel-judge.js';
import { taskFacts } from '../facts.js';
import { parseScope } from '../grammar/parse.js';
import { type CompiledScopes, compileScopes } from './compile.js';

const judge = kernelJudge();
afterAll(() => judge[Symbol.dispose]());

function put(...expressions: string[]): CompiledScopes {
  const { current } = judge.writer;
  const compiled = compileScopes(
    expressions.map((text) => parseScope(text)),
    current === undefined ? {} : { previous: current },
  );
  judge.writer.replace(compiled);
  return compiled;
}

/** The names of the scopes that a task is in by itself. */
function matching(compiled: CompiledScopes, facts: Parameters<typeof taskFacts>[0]): string[] {
  const nothing = { followed: 0n, excluded: 0n, version: compiled.bits.version, path: '', port: 0 };
  const { matched } = judge.judge([{ facts: taskFacts(facts), ...nothing }])[0]!;
  return compiled.bits.names.filter(
    (name, bit): name is string => name !== undefined && (matched >> BigInt(bit)) % 2n === 1n,
  );
}

function textsInKernel(): number {
  const map = judge.object.map('filter_strings');
  const next = new Uint8Array(map.keySize);
  let count = 0;
  for (let key: Uint8Array | null = null; map.nextKey(key, next) === 0; key = next.slice()) count += 1;
  return count;
}

test('before any scopes there is no set to judge by', () => {
  const nothing = { followed: 0n, excluded: 0n, version: 0n, path: '', port: 0 };
  expect(() => judge.judge([{ facts: taskFacts(), ...nothing }])).toThrow('answered 1');
});

test('a replacement is in force when it returns, and nothing of the old one is left', () => {
  for (let round = 0; round < 50; round++) {
    const compiled = put(`a: comm=x${round},y* exe=*.${round}`, `b${round}: uid=${round}`);
    const task = { comm: `x${round}`, exe: `/f.${round}`, uid: round };
    expect(new Set(matching(compiled, task))).toEqual(new Set(['a', `b${round}`]));
    expect(matching(compiled, { comm: `x${round - 1}`, exe: `/f.${round - 1}`, uid: round - 1 })).toEqual([]);
    expect(textsInKernel()).toBe(3);
  }
});

test('64 scopes of one kind, each by itself', () => {
  const compiled = put(
    ...Array.from(
      { length: 64 },
      (_, index) => `s${index}: comm=n${index} uid=${index * 3}-${index * 3 + 1}`,
    ),
  );
  for (const index of [0, 1, 31, 32, 63]) {
    expect(matching(compiled, { comm: `n${index}`, uid: index * 3 + 1 })).toEqual([`s${index}`]);
    expect(matching(compiled, { comm: `n${index}`, uid: index * 3 + 2 })).toEqual([]);
  }
});

test('numbers fill every place, and one more is refused with the old scopes in force', () => {
  const odd = (count: number) => Array.from({ length: count }, (_, place) => place * 2 + 1).join(',');
  // From 0 on, each number takes its own place and the one behind it.
  const full = put(`full: pid=${odd(2047)}`);
  expect(full.tables[0]?.segments).toHaveLength(4095);
  for (const pid of [1, 1777, 4093]) {
    expect(matching(full, { tgid: pid })).toEqual(['full']);
    expect(matching(full, { tgid: pid + 1 })).toEqual([]);
  }
  expect(() => put(`more: pid=${odd(2048)}`)).toThrow(expect.objectContaining({ code: 'INVALID_VALUE' }));
  expect(matching(full, { tgid: 4093 })).toEqual(['full']);
});

test('texts fill the trie of old and new scopes, and one more is refused with the old ones in force', () => {
  const list = (from: number, count: number) =>
    Array.from({ length: count }, (_, place) => `/f${from + place}`).join(',');
  const many = (scopes: number, from: number) =>
    Array.from({ length: scopes }, (_, scope) => `s${scope}: exe=${list(from + scope * 4000, 4000)}`);
  const { maxEntries } = judge.object.map('filter_strings');
  expect(maxEntries).toBe(16384);
  const first = put(...many(3, 0));
  expect(() => put(...many(3, 100_000))).toThrow(expect.objectContaining({ code: 'MAP_FULL' }));
  expect(textsInKernel()).toBe(12_000);
  expect(matching(first, { exe: '/f11999' })).toEqual(['s2']);
});
