import {
  type ArrayLayout,
  type BoolLayout,
  type BytesLayout,
  type CharsLayout,
  type Codec,
  compileCodec,
  type EnumLayout,
  type FloatLayout,
  type IntLayout,
  type Layout,
  type LayoutOf,
  type PointerLayout,
  type UnionLayout,
} from '@spoor/btf';
import { SpoorError, typeName } from '@spoor/core';

/**
 * Describes a key or value in memory: a codec, a layout, or a schema, which has its layout. A codec
 * is used directly; for the others one is compiled per layout.
 */
export type Shape = Codec<never> | Layout | { readonly layout: Layout };

/**
 * The value type of a shape: `ValueOf<typeof ProcInfo>`; `unknown` for a struct layout without one.
 */
export type ValueOf<S> =
  S extends Codec<infer T> ? T : S extends { readonly layout: infer L } ? LayoutValue<L> : LayoutValue<S>;

type LayoutValue<L> = L extends LayoutOf<infer T> ? (unknown extends T ? PlainValue<L> : T) : unknown;

/** The value of a layout that was written out by hand, as far as its kind tells. */
type PlainValue<L> = L extends IntLayout
  ? L['size'] extends 8 | 16
    ? bigint
    : number
  : L extends BoolLayout
    ? boolean
    : L extends FloatLayout
      ? number
      : L extends EnumLayout
        ? number
        : L extends CharsLayout
          ? string
          : L extends BytesLayout | UnionLayout
            ? Uint8Array
            : L extends PointerLayout
              ? bigint
              : L extends ArrayLayout
                ? LayoutValue<L['element']>[]
                : unknown;

/**
 * Returns the codec of a shape.
 *
 * @param option - the name of the option, for messages
 * @throws {SpoorError} LAYOUT_INVALID when the shape is invalid; INVALID_VALUE when it is not an
 *   object
 */
export function codecOf<S extends Shape>(shape: S, option: 'key' | 'value'): Codec<ValueOf<S>> {
  if ((typeof shape !== 'object' && typeof shape !== 'function') || shape === null) {
    const message = `${option}: expected a schema, a layout or a codec, got ${typeName(shape)}`;
    throw new SpoorError('INVALID_VALUE', message, { remedy: `For example: { ${option}: ctype.u32 }.` });
  }
  const any: Shape = shape;
  if ('readInto' in any) return any as unknown as Codec<ValueOf<S>>;
  const layout = 'layout' in any ? any.layout : any;
  return compileCodec<ValueOf<S>>(layout as LayoutOf<ValueOf<S>>);
}
