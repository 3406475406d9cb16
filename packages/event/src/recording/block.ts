import type { RecordHandler, RecordMemory } from '../view/memory.js';
import { crc32 } from './built-in.js';
import { codecOf } from './compress.js';
import { type BlockHead, decodeHead, HEAD_SIZE, MAGIC, MAX_RECORD } from './format.js';
import type { ByteSource } from './source.js';

/** A block as read: head, expanded payload, position. `payload` is undefined if it is damaged. */
export interface Block {
  readonly head: BlockHead;
  readonly payload: Uint8Array | undefined;
  readonly position: number;
}

/** The records of a block. */
export interface Records {
  readonly memory: RecordMemory;
  readonly position: number;
  readonly size: number;
}

export function isMagic(bytes: Uint8Array): boolean {
  return Buffer.compare(bytes.subarray(0, MAGIC.length), MAGIC) === 0;
}

/**
 * The next block, or what is there in place of one; `another`: the beginning of a recording.
 *
 * @param accept called before the payload is read; throws to refuse it
 */
export async function readBlock(
  source: ByteSource,
  accept: (head: BlockHead) => void,
): Promise<Block | 'cut' | 'damaged' | 'another'> {
  const { position } = source;
  const bytes = await source.exactly(HEAD_SIZE);
  if (bytes === undefined) return 'cut';
  const head = decodeHead(bytes, crc32);
  if (head === undefined) return isMagic(bytes) ? 'another' : 'damaged';
  const stored = await source.exactly(head.storedSize);
  if (stored === undefined) return 'cut';
  accept(head);
  return { head, position, payload: await expand(head, stored) };
}

async function expand(head: BlockHead, stored: Uint8Array): Promise<Uint8Array | undefined> {
  if (crc32(stored) !== head.payloadCrc) return undefined;
  const codec = codecOf(head.compression);
  try {
    const payload = await codec.expand(stored, head.rawSize);
    return payload.length === head.rawSize ? payload : undefined;
  } catch {
    return undefined;
  }
}

/** Records shorter than any event, per block. A writer keeps malformed records as they came. */
const mostShort = 64;
const shortest = 16;

/** Returns the records of a block; undefined if their number or form is not as written. */
export function recordsOf({ head, position }: Block, payload: Uint8Array): Records | undefined {
  const records = { memory: memoryOf(payload), position, size: payload.length };
  let count = 0;
  let short = 0;
  let offset = 0;
  for (let length = lengthAt(records, 0); length >= 0; length = lengthAt(records, offset)) {
    if (length > MAX_RECORD) return undefined;
    if (length < shortest && ++short > mostShort) return undefined;
    count++;
    offset += (length + 15) & ~7;
  }
  return count === head.records ? records : undefined;
}

/** In memory of its own, so that words are aligned. */
function memoryOf(payload: Uint8Array): RecordMemory {
  const u8 = new Uint8Array((payload.length + 7) & ~7);
  u8.set(payload);
  return { u8, u32: new Uint32Array(u8.buffer), view: new DataView(u8.buffer) };
}

/** Returns the bytes of the record at `offset`, or -1 if it does not fit into the block. */
function lengthAt({ memory, size }: Records, offset: number): number {
  if (offset + 8 > size) return -1;
  const length = memory.u32[offset >>> 2]!;
  return offset + 8 + length > size ? -1 : length;
}

/** Handles up to `most` records from `offset`. Returns the next one's offset, or -1 at the end. */
export function forEachRecord(
  records: Records,
  handle: RecordHandler,
  { offset, most }: { readonly offset: number; readonly most: number },
): number {
  let at = offset;
  for (let count = 0; count < most; count++) {
    const length = lengthAt(records, at);
    if (length < 0) return -1;
    handle(records.memory, at + 8, length);
    at += (length + 15) & ~7;
  }
  return lengthAt(records, at) < 0 ? -1 : at;
}
