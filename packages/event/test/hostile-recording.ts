import { writeFileSync } from 'node:fs';
import { crc32, deflateRawSync } from 'node:zlib';
import { type BlockType, type Compression, encodeHead, MAGIC } from '../src/recording/format.js';

/** A forged block with valid checksums: `claims` replaces values of its head. */
export interface ForgedBlock {
  readonly type: BlockType;
  readonly raw: Uint8Array;
  readonly compression?: Exclude<Compression, 'zstd'>;
  readonly records?: number;
  readonly claims?: { readonly storedSize?: number; readonly rawSize?: number };
}

/** The bytes of a recording made of any blocks. */
function forgedRecording(blocks: readonly ForgedBlock[]): Uint8Array {
  return Buffer.concat([MAGIC, ...blocks.flatMap(forgedBlock)]);
}

function forgedBlock({ type, raw, compression = 'deflate', records = 0, claims }: ForgedBlock): Uint8Array[] {
  const stored = compression === 'none' ? raw : deflateRawSync(raw, { level: 9 });
  const sizes = { storedSize: stored.length, rawSize: raw.length, ...claims };
  return [encodeHead({ type, compression, ...sizes, records, payloadCrc: crc32(stored) }, crc32), stored];
}

export const json = (value: unknown): Uint8Array =>
  Buffer.from(typeof value === 'string' ? value : JSON.stringify(value));

/** The payload of a block of records. */
export function recordsPayload(records: readonly Uint8Array[]): Uint8Array {
  return Buffer.concat(
    records.map((record) => {
      const bytes = Buffer.alloc((record.length + 15) & ~7);
      bytes.writeUInt32LE(record.length);
      bytes.set(record, 8);
      return bytes;
    }),
  );
}

export function writeForged(path: string, blocks: readonly ForgedBlock[]): string {
  writeFileSync(path, forgedRecording(blocks));
  return path;
}
