import type { KernelDefinition } from '@spoor/bpf';
import { decidedInKernel } from '../events/kernel-conditions.js';
import { checkScopes } from '../grammar/check-scope.js';
import { expressionOf, printEventRule, printFilter } from '../grammar/print.js';
import { filterKinds } from '../kinds/filter-kinds.js';
import type { FilterKind } from '../kinds/kind.js';
import { scopeFollows } from '../reference/match.js';
import type { PathMeaning } from '../resolve/paths.js';
import { type EventRule, maxScopes, type Scope } from '../scope.js';
import { type CompiledTable, type CompileScopesOptions, compileValid } from './compile.js';

/** The explanation of one scope. */
export interface ScopeExplanation {
  readonly name: string;
  /** Position in the scope masks of the kernel and of every event. */
  readonly bit: number;
  /** The canonical expression, with names resolved. */
  readonly expression: string;
  readonly follows: boolean;
  /** Filters with the kernel table that decides each. */
  readonly filters: readonly { readonly filter: string; readonly table: string; readonly meaning?: string }[];
  /** Conditions on events, and where each is decided. */
  readonly conditions: readonly { readonly condition: string; readonly decidedIn: 'kernel' | 'user space' }[];
  /** Files that the paths in filters and conditions refer to. */
  readonly paths: readonly PathMeaning[];
}

/** The contents of one table. Masks have one bit per scope. */
export interface TableExplanation {
  readonly name: string;
  readonly engine: string;
  /**
   * `users`: scopes that use the table. `missing`: those of them that a value named by no scope
   * satisfies.
   */
  readonly users: bigint;
  readonly missing: bigint;
  /** Rows of the binary search over numbers. */
  readonly segments: number;
  /**
   * Entries of the trie of whole texts and beginnings (`texts`), and of the trie of ends (`ends`).
   */
  readonly texts: number;
  readonly ends: number;
}

export interface ScopesExplanation {
  readonly scopes: readonly ScopeExplanation[];
  readonly tables: readonly TableExplanation[];
  readonly enabled: bigint;
  readonly follow: bigint;
  readonly exclude: bigint;
  /** The explanation as text, without line ends. */
  readonly lines: readonly string[];
}

/**
 * Compiles scopes and says what became of them: bits, tables, and what is decided in the kernel.
 *
 * @throws {SpoorError} TOO_MANY_SCOPES when there are more than 64; INVALID_VALUE when a name does
 * not exist on the host, or two scopes have one name, or a scope is not valid; UNKNOWN_FILTER or
 * UNKNOWN_EVENT
 *
 * @example
 * ```ts
 * console.log(explain([parseScope('comm=node uid>=1000')]).lines.join('\n'));
 * ```
 */
export function explain(written: readonly Scope[], options: CompileScopesOptions = {}): ScopesExplanation {
  const compiled = compileValid(checkScopes(written, 'explain()', options.kernel), options);
  const scopes = compiled.scopes.flatMap((scope, bit) =>
    scope === undefined
      ? []
      : [explainScope(scope, { bit, paths: compiled.paths[bit] ?? [] }, options.kernel)],
  );
  const tables = compiled.tables.map(explainTable);
  const { enabled, follow, exclude } = compiled;
  const lines = [
    `${scopes.length} of ${maxScopes} scopes`,
    ...scopes.flatMap(scopeLines),
    '',
    'scope masks in the kernel',
    `  enabled  ${hex(enabled)}`,
    `  follow   ${hex(follow)}`,
    `  exclude  ${hex(exclude)}`,
    '',
    tables.length === 0 ? 'no tables: no filter is evaluated' : 'tables in the kernel',
    ...tables.map(tableLine),
  ];
  return { scopes, tables, enabled, follow, exclude, lines };
}

function explainScope(
  scope: Scope,
  { bit, paths }: Pick<ScopeExplanation, 'bit' | 'paths'>,
  kernel: KernelDefinition | undefined,
): ScopeExplanation {
  return {
    name: scope.name,
    bit,
    expression: expressionOf(scope, kernel),
    follows: scopeFollows(scope),
    filters: scope.filters.map((filter) => {
      const { meaning } = filterKinds[filter.kind] as FilterKind;
      return {
        filter: printFilter(filter),
        table: filter.kind,
        ...(meaning === undefined ? {} : { meaning }),
      };
    }),
    conditions: scope.events.flatMap((rule) => explainRule(rule, kernel)),
    paths,
  };
}

function explainRule(rule: EventRule, kernel: KernelDefinition | undefined): ScopeExplanation['conditions'] {
  if (rule.where.length === 0) return [{ condition: rule.event, decidedIn: 'kernel' }];
  return rule.where.map((condition) => {
    const sameField = rule.where.filter(({ field }) => field === condition.field);
    return {
      condition: printEventRule({ event: rule.event, where: [condition] }, kernel),
      decidedIn: decidedInKernel(rule.event, condition.field, sameField) ? 'kernel' : 'user space',
    };
  });
}

function explainTable({ name, engine, users, missing, segments, texts }: CompiledTable): TableExplanation {
  const ends = texts.filter(({ end }) => end).length;
  return { name, engine, users, missing, segments: segments.length, texts: texts.length - ends, ends };
}

const hex = (word: bigint) => `0x${word.toString(16).padStart(16, '0')}`;

function scopeLines(scope: ScopeExplanation): string[] {
  const { name, bit, expression, follows, filters, conditions, paths } = scope;
  const lines = [`  bit ${bit}  ${name}`, `    ${expression}`];
  if (filters.length === 0) lines.push('    every task');
  for (const { filter, table, meaning } of filters) {
    lines.push(`    ${filter}: kernel, table ${table}`);
    if (meaning !== undefined) lines.push(`      ${meaning}`);
  }
  if (follows) lines.push('    follow: descendants of a match stay in the scope until they end');
  if (conditions.length === 0) lines.push('    every event that is traced');
  for (const { condition, decidedIn } of conditions) lines.push(`    ${condition}: ${decidedIn}`);
  if (conditions.some(isKernelPath))
    lines.push('      names of failed opens that may lead through links: user space');
  if (paths.length > 0) lines.push('    paths, as they are now', ...paths.map(pathLine));
  return lines;
}

const isKernelPath = ({ condition, decidedIn }: ScopeExplanation['conditions'][number]) =>
  decidedIn === 'kernel' && /^open\.path\W/.test(condition);

function pathLine({ of, written, leadsTo, found }: PathMeaning): string {
  const also = leadsTo.join(' and ');
  const says = {
    file: also === '' ? 'no symbolic link in it' : `a symbolic link: matches as written, and ${also}`,
    missing: `does not exist: matches as written${also === '' ? '' : `, and ${also}`}`,
    name: `matches no path, since a path begins with /; write ${of}=*/NAME for NAME in any directory`,
  };
  return `      ${of}=${written}: ${says[found]}`;
}

function tableLine({ name, engine, users, segments, texts, ends }: TableExplanation): string {
  const rows = [
    segments > 0 ? `${segments} segments of numbers` : undefined,
    texts > 0 ? `${texts} texts and beginnings` : undefined,
    ends > 0 ? `${ends} ends of texts` : undefined,
  ].filter((part) => part !== undefined);
  return `  ${name.padEnd(12)} ${engine.padEnd(8)} used by ${hex(users)}: ${rows.join(', ')}`;
}
