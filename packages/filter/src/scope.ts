import type { FilterKindName } from '@spoor/bpf';

/** How a filter compares. `=` holds when one of the values fits, `!=` when none does; the others take one value. */
export type Operator = '=' | '!=' | '<' | '<=' | '>' | '>=';

/** A closed range of numbers; `from` equals `to` for one number. */
export interface NumberRange {
  readonly from: bigint;
  readonly to: bigint;
}

/** Something that has to be looked up on this machine once: a user (`nobody`), a process (`@1234`), a path. */
export interface NamedNumber {
  readonly name: string;
}

export type NumberValue = NumberRange | NamedNumber;

/** A text as it is, or the beginning or end of texts. `{ text: '', at: 'start' }` is any text. */
export interface TextValue {
  readonly text: string;
  readonly at: 'whole' | 'start' | 'end';
}

export type FilterValue = NumberValue | TextValue;

/** One condition on a task. A flag has no values: `=` says that it is set, `!=` that it is not. */
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

/** Events of one kind that a scope takes: those of which all conditions hold. */
export interface EventRule {
  readonly event: string;
  readonly where: readonly EventCondition[];
}

/**
 * Which tasks, and which of their events: a task is in the scope when all filters hold. Plain data, equal when it
 * means the same; `parseScope`, the builder and a policy file are three ways to write it.
 *
 * `follows`: what descends from a task in the scope is in it too. `tree=` follows without saying so here: ask
 * `scopeFollows`. Without `events` the scope takes every event that is traced.
 */
export interface Scope {
  readonly name: string;
  readonly filters: readonly Filter[];
  readonly follows: boolean;
  readonly events: readonly EventRule[];
}

/** The most scopes that can be in force: the words in the kernel have 64 bits. */
export const maxScopes = 64;

/** The name of a scope that was given none. */
export const defaultScopeName = 'scope';

/** What a scope's name looks like: it stands before a colon in an expression, and in every event. */
export const scopeNamePattern = /^[A-Za-z0-9_][A-Za-z0-9_./-]{0,63}$/;
