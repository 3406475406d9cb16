import { generateCodec, type RawCodec } from './codec-generate.js';
import { interpretCodec } from './codec-interpret.js';
import type { Layout, LayoutOf } from './layout.js';
import { assertValidLayout } from './validate-layout.js';

/**
 * Reads and writes the values of one layout.
 *
 * Values: see `Layout`. Nothing that a codec returns refers to the memory that it read.
 *
 * Errors: `RECORD_MALFORMED` when the bytes end before the layout does; `INVALID_VALUE`, naming the field, when a
 * value cannot be written. What was written before a refused field stays written.
 */
export interface Codec<T> {
  readonly layout: Layout;
  /** Bytes. */
  readonly size: number;
  /** `offset` is relative to the view, in bytes, and need not be aligned. */
  read(view: DataView, offset?: number): T;
  /**
   * Fills `target`, which must be complete, as one that `read` returned: nested structs are filled in place, all
   * else is assigned. Returns `target`. For a layout that is not a struct it is the same as `read`.
   */
  readInto(view: DataView, offset: number, target: T): T;
  /** Writes every byte of the layout: padding, and what follows a text, becomes zero. */
  write(view: DataView, offset: number, value: T): void;
  encode(value: T): Uint8Array;
  /** Bytes past the layout's size are ignored. */
  decode(bytes: Uint8Array): T;
}

/** Options of `compileCodec`. */
export interface CompileOptions {
  /** `interpret` never generates code; the default generates where the process may. */
  readonly mode?: 'generate' | 'interpret';
}

const compiled = new WeakMap<Layout, Codec<unknown>>();

/**
 * The codec of a layout. Compiled once: the same layout object gives the same codec. Layouts of generated schemas
 * know their type; with any other, name it: `compileCodec<Task>(layoutOf(btf, 'task'))`.
 *
 * Errors: `LAYOUT_INVALID` when `layout` is not a layout; `LAYOUT_UNKNOWN` when two fields would have one name.
 *
 * @example
 * ```ts
 * const codec = compileCodec(ProcInfo.layout);
 * const info = codec.decode(bytes);
 * ```
 */
export function compileCodec<T = unknown>(layout: LayoutOf<T>, options: CompileOptions = {}): Codec<T> {
  if (options.mode !== undefined) return buildCodec(layout, options.mode) as Codec<T>;
  let codec = compiled.get(layout);
  if (codec === undefined) {
    codec = buildCodec(layout, canGenerate() ? 'generate' : 'interpret');
    compiled.set(layout, codec);
  }
  return codec as Codec<T>;
}

let generationAllowed: boolean | undefined;

function canGenerate(): boolean {
  if (generationAllowed === undefined) {
    try {
      new Function('');
      generationAllowed = true;
    } catch {
      generationAllowed = false;
    }
  }
  return generationAllowed;
}

function buildCodec(layout: Layout, mode: 'generate' | 'interpret'): Codec<unknown> {
  assertValidLayout(layout);
  const raw: RawCodec = mode === 'generate' ? generateCodec(layout) : interpretCodec(layout);
  const { size } = layout;
  return {
    layout,
    size,
    ...raw,
    encode(value) {
      const bytes = new Uint8Array(size);
      raw.write(new DataView(bytes.buffer), 0, value);
      return bytes;
    },
    decode: (bytes) => raw.read(new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength), 0),
  };
}
