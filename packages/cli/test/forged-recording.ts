/**
 * Forges recordings. Written independently, from the description of the format in packages/event.
 */
import { crc32, deflateRawSync } from 'node:zlib';

const magic = Buffer.from('SPOORR\r\n');

/** The numbers start at 1. */
export const blockTypes = ['header', 'records', 'marker', 'end'] as const;

/** Returns a block with correct checksums. */
export interface ForgedBlock {
  readonly type: (typeof blockTypes)[number];
  readonly raw: Uint8Array;
  readonly compression?: 'none' | 'deflate';
  readonly records?: number;
  /** False values for the head of the block. */
  readonly claims?: { readonly storedSize?: number; readonly rawSize?: number };
}

export function forgedRecording(blocks: readonly ForgedBlock[]): Uint8Array {
  return Buffer.concat([magic, ...blocks.flatMap(partsOf)]);
}

function partsOf({ type, raw, compression = 'deflate', records = 0, claims }: ForgedBlock): Uint8Array[] {
  const stored = compression === 'none' ? raw : deflateRawSync(raw, { level: raw.length > 2 ** 13 ? 9 : 1 });
  const head = Buffer.alloc(32);
  head.write('BLK1');
  head.writeUInt8(blockTypes.indexOf(type) + 1, 4);
  head.writeUInt8(compression === 'none' ? 0 : 1, 5);
  head.writeUInt32LE(claims?.storedSize ?? stored.length, 8);
  head.writeUInt32LE(claims?.rawSize ?? raw.length, 12);
  head.writeUInt32LE(records, 16);
  head.writeUInt32LE(crc32(stored), 20);
  head.writeUInt32LE(crc32(head.subarray(0, 28)), 28);
  return [head, stored];
}

/** Returns the raw payload of a block of records. */
export function recordsPayload(records: readonly Uint8Array[]): Uint8Array {
  const parts = records.map((record) => {
    const bytes = Buffer.alloc((record.length + 15) & ~7);
    bytes.writeUInt32LE(record.length);
    bytes.set(record, 8);
    return bytes;
  });
  return Buffer.concat(parts);
}
