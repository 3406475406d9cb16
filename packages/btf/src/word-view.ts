/**
 * A view of a whole buffer for codecs, which read and write its 64-bit integers as words. Before
 * Node.js 24, each 64-bit access of a plain DataView is a function call. Use it for memory that
 * many values go through.
 *
 * @example
 * ```ts
 * const codec = compileCodec(ProcInfo.layout);
 * const view = new WordView(new ArrayBuffer(64 * codec.size));
 * codec.write(view, 0, { startTimeNs: 42n, origin: 1, comm: 'node' });
 * codec.read(view, 0).startTimeNs; // 42n
 * ```
 */
export class WordView extends DataView<ArrayBufferLike> {
  /** The memory as 64-bit words, without an incomplete last word. */
  readonly words: BigUint64Array;

  constructor(buffer: ArrayBufferLike) {
    super(buffer);
    this.words = new BigUint64Array(buffer, 0, buffer.byteLength >>> 3);
  }
}
