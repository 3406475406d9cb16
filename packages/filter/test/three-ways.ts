import { eventFields } from '../src/events/fields.js';
import { scope as begin } from '../src/grammar/builder.js';
import { between, endsWith, startsWith } from '../src/grammar/builder-inputs.js';
import { parseScope } from '../src/grammar/parse.js';
import { printScope } from '../src/grammar/print.js';
import type { Comparison } from '../src/kinds/kind.js';
import { parsePolicy, policyOf, printPolicy } from '../src/policy/policy.js';
import type { FilterValue, Operator, Scope } from '../src/scope.js';

type Call = (...values: unknown[]) => never;
type Steps = Call & Record<string, Call>;

const methods: Readonly<Record<Operator, string | undefined>> = {
  '=': undefined,
  '!=': 'not',
  '<': 'below',
  '<=': 'atMost',
  '>': 'above',
  '>=': 'atLeast',
};

function input(value: FilterValue): unknown {
  if ('name' in value) return value.name;
  if ('from' in value) return value.from === value.to ? value.from : between(value.from, value.to);
  const { text, at } = value;
  return at === 'whole' ? text : at === 'start' ? startsWith(text) : endsWith(text);
}

function say(steps: Steps, { operator, values }: Comparison): never {
  const method = methods[operator];
  const inputs = values.map(input);
  return method === undefined ? steps(...inputs) : steps[method]!(...inputs);
}

/** Builds an equal scope by calls. */
export function byBuilder({ name, filters, follows, events }: Scope): Scope {
  let builder = begin(name) as unknown as Record<string, Steps>;
  for (const filter of filters) builder = say(builder[filter.kind]!, filter);
  if (follows) builder = builder['follow']!();
  for (const { event, where } of events) {
    if (eventFields(event) === undefined) throw new Error(`no event ${event}`);
    builder = builder['on']!(event, (given: Record<string, Steps>) => {
      let steps = given;
      for (const { field, ...comparison } of where) steps = say(steps[field]!, comparison);
      return steps;
    });
  }
  return builder as unknown as Scope;
}

/** Makes an equal scope from its expression. */
export const byExpression = (scope: Scope): Scope => parseScope(printScope(scope));

/** Makes equal scopes from a policy, as value and as text. */
export async function byPolicy(scope: Scope): Promise<Scope[]> {
  const value = await parsePolicy(policyOf([scope]));
  const text = await parsePolicy(printPolicy({ scopes: [scope] }));
  return [...value.scopes, ...text.scopes];
}
