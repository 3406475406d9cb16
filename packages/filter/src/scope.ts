import type { FilterKindName } from '@spoor/bpf/enums';

/** A comparison. `=` holds if one value fits, `!=` if none fits. The others take one value. */
export type Operator = '=' | '!=' | '<' | '<=' | '>' | '>=';

/** A closed range of numbers; `from` equals `to` for one number. */
export interface NumberRange {
  readonly from: bigint;
  readonly to: bigint;
}

/**
 * A name that is looked up once on this machine: a user (`nobody`), a process (`@1234`), a path.
 */
export interface NamedNumber {
  readonly name: string;
}

export type NumberValue = NumberRange | NamedNumber;

/** A whole text, or the beginning or end of texts. `{ text: '', at: 'start' }` is any text. */
export interface TextValue {
  readonly text: string;
  readonly at: 'whole' | 'start' | 'end';
}

export type FilterValue = NumberValue | TextValue;

/** One condition on a task. A flag has no values: `=` means set, `!=` means not set. */
export interface Filter {
  readonly kind: FilterKindName;
  readonly operator: Operator;
  readonly values: readonly FilterValue[];
}

/** One condition on a field of an event. */
export interface EventCondition {
  readonly field: string;
  readonly operator: Operator;
  readonly values: readonly FilterValue[];
}

/** Events of one kind that a scope takes. All conditions must hold. */
export interface EventRule {
  readonly event: string;
  readonly where: readonly EventCondition[];
}

/**
 * Selects tasks, and events of them. A task is in the scope if all filters hold. A scope is plain
 * data: `parseScope`, the builder and policy files make equal scopes.
 *
 * With `follows`, descendants of a task in the scope are in it too. `tree=` follows without it; see
 * `scopeFollows`. Without `events`, the scope takes every event that is traced.
 */
export interface Scope {
  readonly name: string;
  readonly filters: readonly Filter[];
  readonly follows: boolean;
  readonly events: readonly EventRule[];
}

/** The most scopes in force: the masks in the kernel have 64 bits. */
export const maxScopes = 64;

/** The name of a scope without one. */
export const defaultScopeName = 'scope';

/** The form of a scope's name, which is in expressions and in every event. */
export const scopeNamePattern = /^[A-Za-z0-9_][A-Za-z0-9_./-]{0,63}$/;
