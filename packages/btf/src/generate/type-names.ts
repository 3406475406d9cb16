import type { EnumLayout, Layout, StructLayout, UnionLayout } from '../layout.js';
import { pascalCase } from './names.js';

/** A layout that gets a name of its own in TypeScript. */
export type NamedLayout = StructLayout | UnionLayout | EnumLayout;

/** Returns the layout if it gets a name. */
export const asNamed = (layout: Layout): NamedLayout | undefined =>
  (layout.kind === 'struct' || layout.kind === 'union' || layout.kind === 'enum') && layout.name !== ''
    ? layout
    : undefined;

const identities = new WeakMap<Layout, string>();

/** Equal for equal layouts. */
export function identityOf(layout: Layout): string {
  let identity = identities.get(layout);
  if (identity === undefined) {
    identity = JSON.stringify(layout);
    identities.set(layout, identity);
  }
  return identity;
}

export interface TypeNamesOptions {
  /** Names that the text has for itself. */
  readonly taken: readonly string[];
  /** All names that are declared for a type with this name; the name itself is the first. */
  readonly declared: (layout: NamedLayout, name: string) => readonly string[];
}

/**
 * The names of types in TypeScript. `struct proc_info` is `ProcInfo`. If two types would have one
 * name, or the text has it for itself, each of them is called as in C, after its keyword:
 * `struct_a_b` and `struct_aB`. Types of one name in C are numbered from the second on.
 */
export class TypeNames {
  readonly #names = new Map<string, string>();

  constructor(layouts: readonly NamedLayout[], { taken, declared }: TypeNamesOptions) {
    const distinct = new Map(layouts.map((layout) => [identityOf(layout), layout]));
    const claims = new Map<string, number>(taken.map((name) => [name, 2]));
    const claimsOf = (layout: NamedLayout) => declared(layout, pascalCase(layout.name));
    for (const layout of distinct.values())
      for (const name of claimsOf(layout)) claims.set(name, (claims.get(name) ?? 0) + 1);
    for (const [identity, layout] of distinct) {
      if (claimsOf(layout).every((name) => claims.get(name) === 1))
        this.#names.set(identity, pascalCase(layout.name));
    }
    for (const [identity, layout] of distinct) {
      if (this.#names.has(identity)) continue;
      const plain = `${layout.kind}_${layout.name.replace(/[^\w$]/g, '_')}`;
      let name = plain;
      for (let count = 2; declared(layout, name).some((each) => claims.has(each)); count++)
        name = `${plain}_${count}`;
      for (const each of declared(layout, name)) claims.set(each, 1);
      this.#names.set(identity, name);
    }
  }

  /** Of a layout that the constructor was given, or one that is equal to it. */
  of(layout: NamedLayout): string {
    return this.#names.get(identityOf(layout))!;
  }

  /** Undefined for a layout without a name. */
  find(layout: Layout): string | undefined {
    const named = asNamed(layout);
    return named === undefined ? undefined : this.of(named);
  }
}
