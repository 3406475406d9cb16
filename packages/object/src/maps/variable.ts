import { type Codec, compileCodec, type Layout, layoutOf, type ObjectFile } from '@spoor/btf';
import { SpoorError } from '@spoor/core';

/** A global variable of the C side. */
export interface Variable {
  readonly name: string;
  /** `.rodata`, `.data`, `.bss`, or one with a suffix of its own. */
  readonly section: string;
  /** Bytes from the start of the section. */
  readonly offset: number;
  /** Bytes. */
  readonly size: number;
  /**
   * Its C type. Computed when it is asked for; throws `LAYOUT_UNKNOWN` for a type without a layout.
   */
  readonly layout: Layout;
}

/** The variables of all sections whose name has one of these beginnings. */
export function variablesOf(file: ObjectFile, beginnings: readonly string[]): ReadonlyMap<string, Variable> {
  const found = new Map<string, Variable>();
  for (const { name, section, offset, size, type } of file.variables) {
    if (!beginnings.some((beginning) => section === beginning || section.startsWith(`${beginning}.`)))
      continue;
    let layout: Layout | undefined;
    found.set(name, {
      name,
      section,
      offset,
      size,
      get layout() {
        layout ??= layoutOf(file.btf, type);
        return layout;
      },
    });
  }
  return found;
}

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
 * The value as its codec takes it: a whole number for 64 bits becomes a bigint, the name of an
 * enumerator its number. Everything else the codec itself judges.
 */
function asWritten(layout: Layout, value: unknown): unknown {
  if (layout.kind === 'int' && layout.size === 8 && Number.isSafeInteger(value))
    return BigInt(value as number);
  if (layout.kind === 'enum' && typeof value === 'string' && Object.hasOwn(layout.values, value)) {
    return layout.values[value];
  }
  return value;
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
    throw new SpoorError('CONSTANT_TYPE', `${name} (${section}): ${cause.message}`, {
      details: { name, section, layout, value },
      cause,
    });
  }
}
