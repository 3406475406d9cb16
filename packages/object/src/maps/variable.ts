import {
  type Codec,
  compileCodec,
  fieldNames,
  type Layout,
  layoutOf,
  namedVariables,
  type ObjectFile,
  type StructLayout,
} from '@spoor/btf';
import { SpoorError } from '@spoor/core';
import { unknownName } from '../load/unknown-name.js';

/** A global variable of the C side. */
export interface Variable {
  readonly name: string;
  /** `.rodata`, `.data`, `.bss`, or one with a suffix of its own. */
  readonly section: string;
  /** Bytes from the start of the section. */
  readonly offset: number;
  /** Bytes. */
  readonly size: number;
  /** Its C type. Computed when it is asked for; bytes for a type that no other layout describes. */
  readonly layout: Layout;
}

/**
 * The variables of all sections whose name has one of some beginnings, by the names of
 * `namedVariables`.
 */
export class Variables {
  readonly byName: ReadonlyMap<string, Variable>;
  readonly #file: string;
  /** Names that several variables have, with the name of each. */
  readonly #ambiguous = new Map<string, readonly string[]>();

  constructor(file: ObjectFile, beginnings: readonly string[]) {
    this.#file = file.file;
    const found = new Map<string, Variable>();
    for (const [common, all] of namedVariables(file, beginnings)) {
      if (all.length > 1)
        this.#ambiguous.set(
          common,
          all.map(({ name }) => name),
        );
      for (const { name, variable } of all) found.set(name, variableOf(file, name, variable));
    }
    this.byName = found;
  }

  /**
   * Finds a variable or a part of one: `limits`, `limits[1]`, `config.high`.
   *
   * @param what - in words, for errors: `constant`
   * @throws {SpoorError} CONSTANT_UNKNOWN, NAME_AMBIGUOUS, CONSTANT_TYPE for an unknown part
   */
  find(name: string, what: string): Variable {
    const variable = this.byName.get(name);
    if (variable !== undefined) return variable;
    const names = this.#ambiguous.get(name);
    if (names !== undefined) {
      throw new SpoorError('NAME_AMBIGUOUS', `${this.#file} has ${names.length} variables ${name}`, {
        remedy: `Use one of: ${names.join(', ')}.`,
        details: { name, names },
      });
    }
    const [, whole, path] = /^(.+?)((?:\[\d{1,9}\]|\.\w+)+)$/.exec(name) ?? [];
    const owner = whole === undefined ? undefined : this.byName.get(whole);
    if (owner !== undefined) return partOf(owner, path!);
    throw unknownName('CONSTANT_UNKNOWN', `${what} ${name}`, { of: this.#file, known: this.byName.keys() });
  }
}

function variableOf(
  file: ObjectFile,
  name: string,
  { section, offset, size, type }: ObjectFile['variables'][number],
): Variable {
  let layout: Layout | undefined;
  return {
    name,
    section,
    offset,
    size,
    get layout() {
      layout ??= layoutOrBytes(file, type, size);
      return layout;
    },
  };
}

/** One type without a layout does not spoil the others. */
function layoutOrBytes({ btf }: ObjectFile, type: number, size: number): Layout {
  try {
    return layoutOf(btf, type);
  } catch (error) {
    if (!(error instanceof SpoorError) || error.code !== 'LAYOUT_UNKNOWN') throw error;
    return { kind: 'bytes', size };
  }
}

/**
 * The part of a variable that a path leads to: `[1]`, `.high`, `[0].low`. Fields have C names, or
 * those in JavaScript.
 */
function partOf(variable: Variable, path: string): Variable {
  let { layout, offset } = variable;
  let { name } = variable;
  for (const step of path.match(/\[\d+\]|\.\w+/g)!) {
    const part = step.startsWith('[')
      ? elementOf(layout, Number(step.slice(1, -1)))
      : fieldOf(layout, step.slice(1));
    if (part === undefined) {
      throw new SpoorError('CONSTANT_TYPE', `${name} (${variable.section}) has no ${step}`, {
        remedy: partRemedy(name, layout),
        details: { name, section: variable.section, layout },
      });
    }
    ({ layout } = part);
    offset += part.offset;
    name += step;
  }
  return { name, section: variable.section, offset, size: layout.size, layout };
}

interface Part {
  readonly layout: Layout;
  readonly offset: number;
}

function elementOf(layout: Layout, index: number): Part | undefined {
  if (layout.kind === 'bytes')
    return index < layout.size
      ? { layout: { kind: 'int', size: 1, signed: false }, offset: index }
      : undefined;
  if (layout.kind !== 'array' || index >= layout.length) return undefined;
  return { layout: layout.element, offset: index * layout.element.size };
}

function fieldOf(layout: Layout, name: string): Part | undefined {
  if (layout.kind !== 'struct' && layout.kind !== 'union') return undefined;
  const names = fieldNames(layout);
  return layout.fields.find((field, index) => field.name === name || names[index] === name);
}

function partRemedy(name: string, layout: Layout): string {
  if (layout.kind === 'array') return `${name} has [0] to [${layout.length - 1}].`;
  if (layout.kind === 'bytes') return `${name} has [0] to [${layout.size - 1}].`;
  if (layout.kind === 'struct') return `${name} has .${fieldNames(layout).join(', .')}.`;
  return `${name} has no parts: use its name alone.`;
}

/** A variable takes whole numbers beside bigints. */
const forVariables = (text: string): string => text.replace(/\ba bigint\b/, 'a bigint or a whole number');

const codecs = new WeakMap<Layout, Codec<unknown>>();

/**
 * No code is made for it: a variable is read and written a few times, mostly while a trace starts.
 */
export function codecOf({ layout }: Variable): Codec<unknown> {
  let codec = codecs.get(layout);
  if (codec === undefined) {
    codec = compileCodec(layout, { mode: 'interpret' });
    codecs.set(layout, codec);
  }
  return codec;
}

/**
 * The value as its codec takes it, at every depth: a whole number for 64 bits and more becomes a
 * bigint, the name of an enumerator its number. Everything else the codec itself judges.
 */
function asWritten(layout: Layout, value: unknown): unknown {
  switch (layout.kind) {
    case 'int':
      if (typeof value === 'string' && layout.values !== undefined && Object.hasOwn(layout.values, value))
        return BigInt(layout.values[value]!);
      return layout.size >= 8 ? wideNumber(value) : value;
    case 'pointer':
      return wideNumber(value);
    case 'bits':
      return layout.bits > 32 ? wideNumber(value) : value;
    case 'enum':
      return typeof value === 'string' && Object.hasOwn(layout.values, value) ? layout.values[value] : value;
    case 'bytes':
      return Array.isArray(value) && value.every(isByte) ? Uint8Array.from(value as number[]) : value;
    case 'array':
      return Array.isArray(value) ? value.map((one) => asWritten(layout.element, one)) : value;
    case 'struct':
      return isPlainObject(value) ? fieldsAsWritten(layout, value) : value;
    default:
      return value;
  }
}

const wideNumber = (value: unknown): unknown =>
  Number.isSafeInteger(value) ? BigInt(value as number) : value;
const isByte = (value: unknown) =>
  Number.isInteger(value) && (value as number) >= 0 && (value as number) <= 255;
const isPlainObject = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

function fieldsAsWritten(layout: StructLayout, value: Readonly<Record<string, unknown>>): object {
  const names = fieldNames(layout).map((name, index) => ({ name, field: layout.fields[index]! }));
  const written = names.map(({ name, field }) => [name, asWritten(field.layout, value[name])] as const);
  // The value that was read is written, so that its codec finds what it keeps of it.
  return written.every(([name, one]) => one === value[name]) ? value : Object.fromEntries(written);
}

/**
 * The bytes of a value for a variable.
 *
 * @throws {SpoorError} CONSTANT_TYPE naming the variable, its type and what was given
 */
export function encodeFor(variable: Variable, value: unknown): Uint8Array {
  const { layout, name, section } = variable;
  try {
    return codecOf(variable).encode(asWritten(layout, value));
  } catch (cause) {
    if (!(cause instanceof SpoorError) || cause.code !== 'INVALID_VALUE') throw cause;
    const message = forVariables(cause.message);
    const remedy = cause.remedy && forVariables(cause.remedy);
    throw new SpoorError('CONSTANT_TYPE', `${name} (${section}): ${message}`, {
      ...(remedy === undefined ? {} : { remedy }),
      details: { name, section, layout, value },
      cause,
    });
  }
}
