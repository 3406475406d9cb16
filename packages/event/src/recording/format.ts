import { mostJsonBytes } from './json.js';

/**
 * The file format of recordings, version 1. All numbers are little-endian.
 *
 *     file   = magic, block…
 *     magic  = 53 50 4f 4f 52 52 0d 0a: "SPOORR", CR, LF (detects changed line ends)
 *     block  = head, payload
 *     head   = u32 0x314b4c42 ("BLK1"), u8 type, u8 compression, u16 0,
 *              u32 stored bytes, u32 raw bytes, u32 records,
 *              u32 CRC-32 of the payload as stored, u32 0, u32 CRC-32 of the 28 bytes before
 *
 * The first block is the header (JSON). The last block of a complete file is the end (JSON).
 * Records and markers (JSON) lie between them, in the order in which they came. The raw payload of
 * a records block is that of a ring. Per record it has u32 length, u32 0, the bytes, and padding to
 * a multiple of 8. Blocks are independent. A file that ends anywhere is valid up to its last whole
 * block, and a damaged block loses only itself.
 *
 * Bounds: JSON of 1 MiB, 64 deep, with 65,536 entries; 16 MiB of records per block, 128 KiB per
 * record. All blocks so far expand to at most 512 times the bytes of the file so far and 4 MiB.
 * They have at most one record per byte and 16,384. A writer stores a block that would exceed this
 * without compression.
 */
export const MAGIC = Uint8Array.of(0x53, 0x50, 0x4f, 0x4f, 0x52, 0x52, 0x0d, 0x0a);
export const HEAD_SIZE = 32;
const BLOCK = 0x314b4c42;

/** Bytes of the longest record: two parts at most reach past the 64 KiB that an offset can name. */
export const MAX_RECORD = 128 * 1024;

/** Bytes of the longest block of records that a writer makes. */
export const MAX_BLOCK = 16 * 1024 * 1024;

/** Bytes that a reader holds per block: one record may exceed the block size of the writer. */
const MAX_RECORDS_BLOCK = MAX_BLOCK + MAX_RECORD + 16;

export const blockTypes = { header: 1, records: 2, marker: 3, end: 4 } as const;
export type BlockType = keyof typeof blockTypes;

export const compressions = { none: 0, deflate: 1, zstd: 2 } as const;
export type Compression = keyof typeof compressions;

export interface BlockHead {
  readonly type: BlockType;
  readonly compression: Compression;
  readonly storedSize: number;
  readonly rawSize: number;
  readonly records: number;
  readonly payloadCrc: number;
}

/** `crc32`: that of node:zlib, over bytes. */
type Crc32 = (bytes: Uint8Array) => number;

export function encodeHead(head: BlockHead, crc32: Crc32): Uint8Array {
  const bytes = new Uint8Array(HEAD_SIZE);
  const view = new DataView(bytes.buffer);
  view.setUint32(0, BLOCK, true);
  view.setUint8(4, blockTypes[head.type]);
  view.setUint8(5, compressions[head.compression]);
  view.setUint32(8, head.storedSize, true);
  view.setUint32(12, head.rawSize, true);
  view.setUint32(16, head.records, true);
  view.setUint32(20, head.payloadCrc, true);
  view.setUint32(28, crc32(bytes.subarray(0, 28)), true);
  return bytes;
}

/** Returns `undefined` if the bytes are not the head of a block. */
export function decodeHead(bytes: Uint8Array, crc32: Crc32): BlockHead | undefined {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  if (view.getUint32(0, true) !== BLOCK || view.getUint32(28, true) !== crc32(bytes.subarray(0, 28)))
    return undefined;
  const type = nameOf(blockTypes, view.getUint8(4));
  const compression = nameOf(compressions, view.getUint8(5));
  const storedSize = view.getUint32(8, true);
  const rawSize = view.getUint32(12, true);
  const records = view.getUint32(16, true);
  if (type === undefined || compression === undefined) return undefined;
  const most = type === 'records' ? MAX_RECORDS_BLOCK : mostJsonBytes;
  if (rawSize > most || storedSize > mostStored(rawSize) || 8 * records > rawSize) return undefined;
  return { type, compression, storedSize, rawSize, records, payloadCrc: view.getUint32(20, true) };
}

/** Data that does not compress becomes a little longer. */
function mostStored(rawSize: number): number {
  return rawSize + (rawSize >>> 6) + 64;
}

function nameOf<Name extends string>(
  table: Readonly<Record<Name, number>>,
  number: number,
): Name | undefined {
  return (Object.keys(table) as Name[]).find((name) => table[name] === number);
}

/** Returns true if the first `bytes` of a file may hold that much. */
export function isPlausible(
  bytes: number,
  held: { readonly rawSize: number; readonly records: number },
): boolean {
  return held.rawSize <= 512 * bytes + 4 * 1024 * 1024 && held.records <= bytes + 16_384;
}
