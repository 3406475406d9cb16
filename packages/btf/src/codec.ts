import { isPlain } from './codec-fields.js';
import { generateCodec, type RawCodec } from './codec-generate.js';
import { interpretCodec } from './codec-interpret.js';
import type { Layout, LayoutOf } from './layout.js';
import { assertValidLayout } from './validate-layout.js';

/**
 * Reads and writes the values of one layout (see `Layout`). A codec returns copies. If it cannot
 * write a field, the fields before it stay written. Code is generated for layouts without
 * bitfields, floating-point and 128-bit numbers, and anonymous unions.
 *
 * @throws {SpoorError} RECORD_MALFORMED when the bytes end before the layout does
 * @throws {SpoorError} INVALID_VALUE with the name of the field, when a value cannot be written
 */
export interface Codec<T> {
  readonly layout: Layout;
  /** Bytes. */
  readonly size: number;
  /** `offset` is relative to the view, in bytes, and need not be aligned. */
  read(view: DataView, offset?: number): T;
  /**
   * Fills `target`, a complete value such as `read` returns, and returns it. Nested structs are
   * filled in place. For a layout that is not a struct, returns a new value as `read` does.
   */
  readInto(view: DataView, offset: number, target: T): T;
  /**
   * Writes every byte of the layout. Padding and the bytes behind a text become zero.
   *
   * Of members of an anonymous union, one has to be given, and others may be. If the value was
   * read, those that changed since are written. Given members that contradict each other are an
   * error.
   */
  write(view: DataView, offset: number, value: T): void;
  encode(value: T): Uint8Array;
  /** Bytes past the layout's size are ignored. */
  decode(bytes: Uint8Array): T;
}

/** Options of `compileCodec`. */
export interface CompileOptions {
  /** `interpret` never generates code. The default generates code if the process may. */
  readonly mode?: 'generate' | 'interpret';
}

const compiled = new WeakMap<Layout, Codec<unknown>>();

/**
 * Returns the codec of a layout, compiled once per layout object. Layouts of generated schemas know
 * their type. For any other layout, give it: `compileCodec<Task>(layoutOf(btf, 'task'))`.
 *
 * @throws {SpoorError} LAYOUT_INVALID when `layout` is not a layout
 * @throws {SpoorError} LAYOUT_UNKNOWN when two fields have one name in C
 *
 * @example
 * ```ts
 * const codec = compileCodec(ProcInfo.layout);
 * const bytes = codec.encode({ startTimeNs: 42n, origin: 1, comm: 'node' });
 * codec.decode(bytes).comm; // 'node'
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
  const raw: RawCodec =
    mode === 'generate' && isPlain(layout) ? generateCodec(layout) : interpretCodec(layout);
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
