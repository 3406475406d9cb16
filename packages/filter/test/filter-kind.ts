import type { FilterKindName } from '@spoor/bpf/enums';
import { describe, expect, test } from 'vitest';
import { type TaskFacts, taskFacts } from '../src/facts.js';
import { parseScope } from '../src/grammar/parse.js';
import { printFilters } from '../src/grammar/print.js';
import { filterKinds } from '../src/kinds/filter-kinds.js';
import type { FilterKind } from '../src/kinds/kind.js';
import { matchesScope } from '../src/reference/match.js';
import { resolveScope } from '../src/resolve/resolve.js';
import { testHost } from './host.js';
import { byBuilder, byExpression, byPolicy } from './three-ways.js';

/** The samples of a kind; the suite does the rest. */
export interface KindSamples {
  /**
   * An expression, facts that it matches, and facts that it does not. At least one of each
   * operator.
   */
  readonly rows: readonly (readonly [
    expression: string,
    matches: Partial<TaskFacts>,
    differs: Partial<TaskFacts>,
  ])[];
  /** Expressions that are refused, and a part of what is said. */
  readonly wrong: readonly (readonly [expression: string, says: RegExp])[];
}

/** Tests that every filter kind passes, on the samples of the kind. */
export function filterKindSuite(name: FilterKindName, { rows, wrong }: KindSamples): void {
  const kind: FilterKind = filterKinds[name];

  describe(`filter ${name}`, () => {
    test.each(rows)('%s', async (expression, matches, differs) => {
      const scope = parseScope(expression);
      expect(scope.filters.map((filter) => filter.kind)).toContain(name);
      const resolved = resolveScope(scope, testHost);
      expect(matchesScope(resolved, taskFacts(matches))).toBe(true);
      expect(matchesScope(resolved, taskFacts(differs))).toBe(false);
      // The three ways to write it are one.
      expect(printFilters(scope)).toBe(expression);
      expect(byExpression(scope)).toEqual(scope);
      expect(byBuilder(scope)).toEqual(scope);
      expect(await byPolicy(scope)).toEqual([scope, scope]);
    });

    test('has a row for each of its operators', () => {
      const used = rows.flatMap(([expression]) =>
        parseScope(expression).filters.map(({ operator }) => operator),
      );
      expect(new Set(used)).toEqual(new Set(kind.operators));
    });

    test.each(kind.examples)('its example %s is right', (example) => {
      expect(printFilters(parseScope(example))).toBe(example);
    });

    test.each(wrong)('%s is refused, with a column', (expression, says) => {
      let error: unknown;
      try {
        resolveScope(parseScope(expression), testHost);
      } catch (caught) {
        error = caught;
      }
      expect(error).toMatchObject({ name: 'SpoorError', message: expect.stringMatching(says) });
    });
  });
}
