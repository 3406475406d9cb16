/**
 * A view of a whole buffer for codecs: they read and write its 64-bit integers as words, inline, also on engines that call a
 * function for those of a plain DataView (before Node 24). For memory that many values go through.
 */
export class WordView extends DataView<ArrayBufferLike> {
  /** The same memory, but for what a last incomplete word would have. */
  readonly words: BigUint64Array;

  constructor(buffer: ArrayBufferLike) {
    super(buffer);
    this.words = new BigUint64Array(buffer, 0, buffer.byteLength >>> 3);
  }
}
