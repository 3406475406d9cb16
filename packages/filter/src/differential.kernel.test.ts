import fc from 'fast-check';
import { afterAll, expect, test } from 'vitest';
import { eventFacts, randomFacts, scopeSet } from '../test/arbitraries.js';
import { testHost } from '../test/host.js';
import { type KernelCase, kernelJudge } from '../test/kernel-judge.js';
import { type CompiledScopes, compileScopes } from './compile/compile.js';
import { decidedInKernel } from './events/kernel-conditions.js';
import { takesEvent } from './events/match.js';
import type { TaskFacts } from './facts.js';
import { printScope } from './grammar/print.js';
import { type FollowState, followReplace, followVerdict } from './reference/follow.js';
import { matchesScopes, scopeExcludes } from './reference/match.js';
import type { Host } from './resolve/host.js';
import { resolveScope } from './resolve/resolve.js';
import type { Scope } from './scope.js';

/** Cases judged by both; SPOOR_CASES=1000000 for a long run, SPOOR_SEED to repeat one. */
const wanted = Number(process.env['SPOOR_CASES'] ?? 100_000);
const seed = Number(process.env['SPOOR_SEED'] ?? Date.now() % 0x7fff_ffff);

/** A machine on which paths that begin with `/a` lead elsewhere. */
const host: Host = {
  ...testHost,
  path: (path) => ({ path: path.replace(/^\/a/, '/b'), exists: true }),
};

const judge = kernelJudge();
afterAll(() => judge[Symbol.dispose]());

/**
 * A process as a set of scopes left it: indices into that set, of those that follow and exclude it.
 */
interface Carried {
  /** How many sets ago. */
  readonly age: number;
  readonly followed: readonly number[];
  readonly excluded: readonly number[];
}

interface Case {
  readonly facts: TaskFacts;
  readonly carried: Carried;
  readonly event: { readonly path: string; readonly port: number };
}

const indices = fc.array(fc.nat(63), { maxLength: 6 });
const scenario = fc.record({
  sets: fc.array(scopeSet, { minLength: 1, maxLength: 3 }),
  cases: fc.array(
    fc.record({
      facts: randomFacts,
      event: eventFacts,
      carried: fc.record({ age: fc.nat(2), followed: indices, excluded: indices }),
    }),
    { minLength: 1, maxLength: 512, size: 'max' },
  ),
});

/** Does the scope take the event, as far as it is the kernel that decides? */
function kernelTakes(scope: Scope, event: { readonly kind: string }): boolean {
  const decided = scope.events.map((rule) => ({
    event: rule.event,
    where: rule.where.filter(({ field }) =>
      decidedInKernel(
        rule.event,
        field,
        rule.where.filter((other) => other.field === field),
      ),
    ),
  }));
  return takesEvent({ ...scope, events: decided }, event);
}

/** The verdict that both sides must return for one case, as masks of the current set. */
function expected(sets: readonly Scope[][], { facts, carried, event }: Case) {
  const scopes = sets.at(-1)!;
  const origin = Math.max(0, sets.length - 1 - carried.age);
  const names = (list: readonly number[]) =>
    new Set(list.flatMap((index) => sets[origin]![index]?.name ?? []));
  let state: FollowState = { followed: names(carried.followed), excluded: names(carried.excluded) };
  for (const later of sets.slice(origin + 1)) state = followReplace(state, later);
  const open = { kind: 'open', path: event.path };
  const connect = { kind: 'connect', port: event.port };
  return {
    matched: matchesScopes(scopes, facts),
    excluding: scopes.filter((scope) => scopeExcludes(scope, facts)),
    verdict: followVerdict(state, facts, scopes),
    open: scopes.filter((scope) => kernelTakes(scope, open)),
    connect: scopes.filter((scope) => kernelTakes(scope, connect)),
  };
}

function kernelCase(
  compiled: readonly CompiledScopes[],
  sets: readonly Scope[][],
  { facts, carried, event }: Case,
): KernelCase {
  const origin = Math.max(0, sets.length - 1 - carried.age);
  const { bits } = compiled[origin]!;
  const word = (list: readonly number[]) =>
    list.reduce((all, index) => {
      const name = sets[origin]![index]?.name;
      return name === undefined ? all : all | (1n << BigInt(bits.names.indexOf(name)));
    }, 0n);
  const words = { followed: word(carried.followed), excluded: word(carried.excluded), version: bits.version };
  return { facts, ...words, ...event };
}

/** Shown for a counterexample: the scopes as people write them. */
function describe(sets: readonly Scope[][], one: Case): string {
  const expressions = sets.map((set) => set.map((scope) => `    ${printScope(scope)}`).join('\n'));
  const text = JSON.stringify(one, (_, value) => (typeof value === 'bigint' ? String(value) : value));
  return `scopes, in order of replacement:\n${expressions.join('\n  then\n')}\n  case: ${text}`;
}

test(`the kernel and the reference judge ${wanted} random cases alike (seed ${seed})`, {
  timeout: 3_600_000,
}, () => {
  let judged = 0;
  let said = 0;
  let possible = 0;
  let kept = 0;
  for (let round = 0; judged < wanted; round++) {
    fc.assert(
      fc.property(scenario, ({ sets: written, cases }) => {
        const sets = written.map((scopes) => scopes.map((scope) => resolveScope(scope, host)));
        const compiled = written.map((scopes) => {
          const { current } = judge.writer;
          const next = compileScopes(scopes, {
            host,
            ...(current === undefined ? {} : { previous: current }),
          });
          judge.writer.replace(next);
          return next;
        });
        const { bits } = compiled.at(-1)!;
        const nameWord = (scopes: readonly Scope[]) =>
          scopes.reduce((word, { name }) => word | (1n << BigInt(bits.names.indexOf(name))), 0n);
        const verdicts = judge.judge(cases.map((one) => kernelCase(compiled, sets, one)));
        for (const [index, one] of cases.entries()) {
          const want = Object.fromEntries(
            Object.entries(expected(sets, one)).map(([name, scopes]) => [name, nameWord(scopes)]),
          );
          const { openName, ...have } = verdicts[index]!;
          // By the last name alone the kernel keeps all scopes that the whole path can satisfy.
          const beyondName = /\/.*[^/.]$/s.test(one.event.path) ? have.open & ~openName : 0n;
          if (beyondName !== 0n) expect(beyondName, describe(sets, one)).toBe(0n);
          for (let left = openName; left !== 0n; left &= left - 1n) kept += 1;
          const same = Object.entries(have).every(([name, word]) => want[name] === word);
          if (!same) expect(have, describe(sets, one)).toEqual(want);
          for (let left = have.verdict; left !== 0n; left &= left - 1n) said += 1;
          possible += sets.at(-1)!.length;
        }
        judged += cases.length;
      }),
      { seed: seed + round, numRuns: 20, endOnFailure: false },
    );
  }
  // Neither side can agree by saying always the same, of any scope and any case.
  expect(said).toBeGreaterThan(possible / 20);
  expect(said).toBeLessThan(possible * 0.95);
  expect(kept).toBeLessThan(possible * 0.95);
});
