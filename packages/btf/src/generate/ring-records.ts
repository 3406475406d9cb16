import { SpoorError } from '@spoor/core';
import { fieldNames } from '../field-names.js';
import { describeLayout, type Layout } from '../layout.js';
import { layoutOf } from '../layout-of.js';
import type { ObjectFile } from '../parse-object.js';
import type { NamedLayout } from './type-names.js';

/** Structs of the records of one ring that a field tells apart. */
export interface TaggedRecords {
  /** The field, in C or in TypeScript: `kind`, `header.kind`. All records have it at one offset. */
  readonly tag: string;
  /** The C struct with each value of the field: a number, or an enumerator of the object. */
  readonly structs: Readonly<Record<string, string>>;
}

/** The C structs that the records of a ring have, by the name of the ring. */
export type Records = Readonly<Record<string, readonly string[] | TaggedRecords>>;

export interface TaggedLayouts {
  /** The name of the field in TypeScript. */
  readonly tag: string;
  readonly records: readonly (readonly [value: number, layout: Layout])[];
}

/** The error for a value of a tag that has two structs. */
export function repeated(where: string, value: string): SpoorError {
  return new SpoorError('INVALID_VALUE', `${where}: the value ${value} has two structs`, {
    remedy: 'Give one struct per value. A number and its enumerator are one value.',
    details: { value },
  });
}

/** The records of each ring: those that it was given, or all anchored structs. */
export class RingRecords {
  readonly #object: ObjectFile;
  readonly #given: Records;
  readonly #anchored: readonly Layout[];

  constructor(object: ObjectFile, given: Records, anchored: readonly NamedLayout[]) {
    this.#object = object;
    this.#given = given;
    this.#anchored = anchored.filter(({ kind }) => kind !== 'enum');
  }

  requireRings(rings: readonly string[]): void {
    for (const name of Object.keys(this.#given)) {
      if (rings.includes(name)) continue;
      throw new SpoorError('MAP_UNKNOWN', `${this.#object.file} has no ring ${name}`, {
        remedy: `There are: ${rings.join(', ') || 'none'}.`,
      });
    }
  }

  of(ring: string): readonly Layout[] {
    const given = this.#givenFor(ring);
    return Array.isArray(given) ? given.map((name) => this.#record(name)) : this.#anchored;
  }

  /** Undefined if no field tells the records apart. */
  tagged(ring: string): TaggedLayouts | undefined {
    const given = this.#givenFor(ring);
    if (given === undefined || !('tag' in given)) return undefined;
    const records = Object.entries(given.structs).map(
      ([value, name]) => [this.#valueOf(value), this.#record(name)] as const,
    );
    const twice = records.findIndex(([value], index) => records.findIndex(([own]) => own === value) < index);
    if (twice >= 0) throw repeated(`the records of ${ring}`, Object.keys(given.structs)[twice]!);
    const names = records.map(([, layout]) => this.#nameIn(layout, given.tag));
    return { tag: names[0] ?? given.tag, records };
  }

  #givenFor(ring: string): readonly string[] | TaggedRecords | undefined {
    return Object.hasOwn(this.#given, ring) ? this.#given[ring] : undefined;
  }

  #valueOf(value: string): number {
    if (/^-?\d+$/.test(value)) return Number(value);
    for (const type of this.#object.btf.types) {
      const found = type.kind === 'enum' ? type.values.find(({ name }) => name === value) : undefined;
      if (found !== undefined) return Number(found.value);
    }
    throw new SpoorError('LAYOUT_UNKNOWN', `${this.#object.file} has no enumerator ${value}`, {
      remedy: 'Give a number, or an enumerator of an enum that a record has.',
    });
  }

  /** The name in TypeScript of a field by its name in C or in TypeScript. */
  #nameIn(record: Layout, path: string): string {
    let here = record;
    const names = path.split('.').map((part) => {
      const fields = here.kind === 'struct' ? here.fields : [];
      const own = here.kind === 'struct' ? fieldNames(here) : [];
      const index = fields.findIndex(({ name }, at) => name === part || own[at] === part);
      if (index < 0) {
        throw new SpoorError('LAYOUT_UNKNOWN', `${describeLayout(record)} has no field ${path}`, {
          remedy: 'Give a field that all records of the ring have.',
        });
      }
      here = fields[index]!.layout;
      return own[index]!;
    });
    return names.join('.');
  }

  #record(name: string): Layout {
    try {
      return layoutOf(this.#object.btf, name);
    } catch (cause) {
      if (!(cause instanceof SpoorError) || cause.code !== 'LAYOUT_UNKNOWN') throw cause;
      const bare = name.replace(/^struct\s+/, '');
      throw new SpoorError('LAYOUT_UNKNOWN', cause.message, {
        remedy: `Declare a variable in C so that clang keeps the type: const struct ${bare} *unused_${bare};`,
        cause,
      });
    }
  }
}
