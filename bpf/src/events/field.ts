import type { Architecture, Names } from '../names/names.js';

/** JSON Schema of a value, without its description. */
export interface JsonSchema {
  readonly [keyword: string]: unknown;
}

/**
 * A test of one number of the record; of a variable part, its bytes. A field is shown only if all
 * of its tests pass.
 */
export interface Test {
  readonly field: string;
  /** The number is one of these. */
  readonly is?: readonly number[];
  /** The number differs from all of these. */
  readonly not?: readonly number[];
  readonly min?: number;
  readonly max?: number;
}

/** How a condition compares a path: see `pathText` of `@spoor/filter`. */
export interface PathRule {
  /** True if the call follows a symbolic link that is the last name of the path. */
  readonly followsLast: boolean;
  /** The field with the directory that the name starts from, where the event has one. */
  readonly directory?: string;
}

/** The argument of a custom value: a view, with its fields and these methods. */
export interface TextFacts {
  bytes(field: string): Uint8Array;
  isTruncated(field: string): boolean;
  fullLength(field: string): number;
}

/** The method of a view that custom values of identities call. */
export interface IdentityFacts {
  /** Returns undefined if the boot of the machine is not known. */
  _processId(tgid: number, startTimeNs: bigint): string | undefined;
}

/** How a value of `data` is made from the record. */
export type Form =
  /**
   * A variable part. `start`: shown only beside an absolute or a relative name in the field `of`.
   */
  | {
      readonly type: 'text';
      readonly path?: PathRule;
      readonly start?: { readonly of: string; readonly absolute: boolean };
    }
  /** A `char` array. */
  | { readonly type: 'chars' }
  /** A variable part with several texts, each ended by a NUL. */
  | { readonly type: 'list' }
  /**
   * A number, shown as it is, by its name, or as `show` says. `negative`: the record has the
   * negative number, as calls return errors.
   */
  | {
      readonly type: 'number';
      readonly names?: Names;
      readonly negative?: boolean;
      show?(value: number, machine: Architecture): unknown;
    }
  /** A 64-bit number. Default: decimal digits. */
  | { readonly type: 'wide'; show?(value: bigint): unknown }
  /** An IP address, or the name of a unix socket in `path`. `ipWhen`: tests for the former. */
  | {
      readonly type: 'address';
      readonly family: string;
      readonly path?: { readonly field: string; readonly rule: PathRule };
      readonly ipWhen?: readonly Test[];
    }
  /** A value that no other form describes. `asked`: conditions can ask for it. */
  | { readonly type: 'custom'; value(event: never): unknown; readonly asked?: Asked };

/**
 * How conditions ask for a custom value. Of several texts one has to match. `from`: the field of
 * the record that the value is made of, which conditions cannot ask for itself.
 */
export interface Asked {
  readonly as: 'text' | 'texts' | 'flag';
  readonly from?: string;
}

/**
 * Entries beside a text: its bytes if it is not UTF-8, and whether it was cut. `Number` and
 * `Address` tell conditions what the field is.
 */
export type Note = 'Raw' | 'RawList' | 'Truncated' | 'Number' | 'Address';

export interface FieldOptions {
  /** The field of the record. Default: the same name. */
  readonly from?: string;
  readonly when?: readonly Test[];
  /** The field is left out if it is empty. */
  readonly optional?: true;
  /** The field is left out if the record does not have it: an older recording. */
  readonly ifRecorded?: true;
}

declare const types: unique symbol;

/** One field of `data`: how it is made, its JSON Schema and its meaning. */
export interface DataField<Value = unknown, Optional extends boolean = boolean, Notes = Note>
  extends FieldOptions {
  readonly form: Form;
  readonly schema: JsonSchema;
  readonly description: string;
  readonly [types]?: { value: Value; isOptional: Optional; notes: Notes };
}

/** The fields of `data`, in the order of the JSON line. */
export interface DataFields {
  readonly [name: string]: DataField;
}

type IsOptional<Options> = Options extends { when: unknown } | { optional: true } | { ifRecorded: true }
  ? true
  : false;

interface Parts {
  readonly form: Form;
  readonly schema: JsonSchema;
  readonly description: string;
}

/** Makes a field of a type: `field<string, 'Raw'>()(parts, options)`. */
export const field =
  <Value, Notes extends Note = never>() =>
  <const Options extends FieldOptions = FieldOptions>(
    parts: Parts,
    options?: Options,
  ): DataField<Value, FieldOptions extends Options ? false : IsOptional<Options>, Notes> => ({
    ...parts,
    ...options,
  });

type ValueOf<Field> = Field extends DataField<infer Value, boolean, Note> ? Value : never;

type Named<Fields, Optional extends boolean> = {
  [Name in keyof Fields]: Fields[Name] extends DataField<unknown, infer IsLeftOut, unknown>
    ? IsLeftOut extends Optional
      ? Name
      : never
    : never;
}[keyof Fields];

/** The names of fields with such entries beside them. */
export type Noted<Fields, Wanted extends Note> = {
  [Name in keyof Fields & string]: Fields[Name] extends DataField<unknown, boolean, infer Notes>
    ? Wanted extends Notes
      ? Name
      : never
    : never;
}[keyof Fields & string];

type Flat<Type> = { [Name in keyof Type]: Type[Name] };

/** The type of `data` of an event with these fields. */
export type DataOf<Fields> = Flat<
  { [Name in Named<Fields, false>]: ValueOf<Fields[Name]> } & {
    [Name in Named<Fields, true>]?: ValueOf<Fields[Name]>;
  } & { [Name in `${Noted<Fields, 'Raw'>}Raw`]?: string } & {
    [Name in `${Noted<Fields, 'RawList'>}Raw`]?: string[];
  } & { [Name in `${Noted<Fields, 'Truncated'>}Truncated`]?: true }
>;

/** The declaration of an event kind: the only description of its `data`. */
export interface EventDeclaration<Fields extends DataFields = DataFields> {
  /** Says in one sentence what happened. */
  readonly summary: string;
  /** How the facts are found, and what is not seen. One paragraph each. */
  readonly notes?: readonly string[];
  readonly data: Fields;
}

/**
 * Declares an event: its fields, and how they are shown.
 *
 * @example
 * ```ts
 * import { declareEvent, u32 } from '@spoor/bpf/declare';
 *
 * const nice = declareEvent({ summary: 'A process was niced.', data: { by: u32('The change.') } });
 * ```
 */
export const declareEvent = <const Fields extends DataFields>(
  declaration: EventDeclaration<Fields>,
): EventDeclaration<Fields> => declaration;
