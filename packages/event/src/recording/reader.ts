import type { BigIntStats } from 'node:fs';
import type { FileHandle } from 'node:fs/promises';
import { SpoorError } from '@spoor/btf';
import { EventDecoder, type EventHandler } from '../decoder.js';
import type { RecordHandler, RecordMemory } from '../memory.js';
import type { Event, MalformedEvent } from '../types.js';
import { crc32, openFile } from './built-in.js';
import { codecOf } from './compress.js';
import { type BlockHead, decodeHead, HEAD_SIZE, MAGIC } from './format.js';
import { decodeHeader, isObject, type RecordingHeader } from './header.js';
import { decodeMarker, marker, type RecordingMarker } from './marker.js';

/** How a recording ended, once it was read. */
export interface RecordingEnd {
  /** Whether the writer closed it. */
  readonly complete: boolean;
  /** Of one that is not complete: `cut`, the file ends in a block or after one; `damaged`, what follows is no block. */
  readonly reason?: 'cut' | 'damaged';
  /** Bytes of the file that could be used; what follows could not. */
  readonly position: number;
  /** What the writer kept with the end. */
  readonly facts: Readonly<Record<string, unknown>>;
}

/** Called with what lies between the events. */
export type MarkerHandler = (mark: RecordingMarker) => void;

/** A block as read: its head, its payload expanded, and where it lay. `damaged`: the payload is not what was written. */
interface Block {
  readonly head: BlockHead;
  readonly payload: Uint8Array | undefined;
  readonly position: number;
}

/**
 * A recording that is being read, once, from front to back. Needs no kernel and no privilege.
 *
 * The events are the same as live ones, decoded by the layouts that they were recorded with: fields of this version
 * that the recording has not are zero or empty, and fields that only the recording has are there too.
 */
export class Recording implements AsyncDisposable {
  readonly path: string;
  readonly header: RecordingHeader;
  /** Bytes of the file. */
  readonly size: number;
  /** What tells the file from others. */
  readonly stats: BigIntStats;
  readonly decoder: EventDecoder;
  readonly #file: FileHandle;
  #position: number;
  #records = 0;
  #end: RecordingEnd | undefined;

  /** @internal Use `openRecording`. */
  constructor(
    file: FileHandle,
    parts: { path: string; stats: BigIntStats; header: RecordingHeader; position: number },
  ) {
    this.#file = file;
    this.path = parts.path;
    this.size = Number(parts.stats.size);
    this.stats = parts.stats;
    this.header = parts.header;
    this.#position = parts.position;
    this.decoder = new EventDecoder({ layouts: parts.header.layouts, context: parts.header.context });
  }

  /** Bytes read so far: with `size`, the progress. */
  get position(): number {
    return this.#position;
  }

  /** Records read so far. */
  get records(): number {
    return this.#records;
  }

  /** How it ended; `undefined` until everything was read. */
  get end(): RecordingEnd | undefined {
    return this.#end;
  }

  /** Events with memory of their own, and markers, in the order in which they were recorded. */
  async *[Symbol.asyncIterator](): AsyncGenerator<Event | MalformedEvent | RecordingMarker, void> {
    for (;;) {
      const next = await this.#next();
      if (next === undefined) return;
      if ('kind' in next) {
        yield next;
        continue;
      }
      const positionOf = (offset: number) => BigInt(next.position + offset);
      for (const at of placesIn(next))
        yield this.decoder.own(next.memory, at, lengthAt(next, at - 8), positionOf);
    }
  }

  /** The fast way: each event is lent for the time of the call. Resolves with how the recording ended. */
  each(handle: EventHandler, onMarker?: MarkerHandler): Promise<RecordingEnd> {
    return this.eachRecord(this.decoder.handler(handle), onMarker);
  }

  /** The raw records, as `RingReader.drain` hands them out: for copying, counting, or a decoder of one's own. */
  async eachRecord(handle: RecordHandler, onMarker?: MarkerHandler): Promise<RecordingEnd> {
    for (;;) {
      const next = await this.#next();
      if (next === undefined) return this.#end!;
      if ('kind' in next) onMarker?.(next);
      else forEachRecord(next, handle);
    }
  }

  async close(): Promise<void> {
    this.#end ??= { complete: false, position: this.#position, facts: {} };
    await this.#file.close();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.close();
  }

  /** The next records or marker; `undefined` at the end. */
  async #next(): Promise<Records | RecordingMarker | undefined> {
    while (this.#end === undefined) {
      const block = await readBlock(this.#file, this.#position);
      if (typeof block === 'string') {
        this.#end = { complete: false, reason: block, position: this.#position, facts: {} };
        return undefined;
      }
      const { head, payload, position } = block;
      this.#position = position + HEAD_SIZE + head.storedSize;
      if (payload === undefined) {
        const reason = `a damaged block of ${head.type}`;
        return marker({ kind: 'gap', reason, position: BigInt(position), records: head.records });
      }
      if (head.type === 'records') {
        this.#records += head.records;
        return { memory: memoryOf(payload), position, size: payload.length };
      }
      if (head.type === 'end')
        this.#end = { complete: true, position: this.#position, facts: endFacts(payload) };
      if (head.type !== 'marker') continue;
      const mark = decodeMarker(payload);
      if (mark?.kind === 'context') this.decoder.context = mark.context;
      else if (mark !== undefined) return mark;
    }
    return undefined;
  }
}

interface Records {
  readonly memory: RecordMemory;
  readonly position: number;
  readonly size: number;
}

/**
 * Opens a recording and reads its header.
 *
 * Throws `FILE_UNREADABLE` when the file cannot be read, `RECORDING_INVALID` when it is no recording, or so short
 * that not even its header is whole, `UNSUPPORTED` for a compression that this Node has not.
 *
 * @example
 * ```ts
 * await using recording = await openRecording('trace.spoor');
 * for await (const event of recording) console.log(JSON.stringify(event));
 * if (!recording.end?.complete) console.log(`cut at byte ${recording.end?.position}`);
 * ```
 */
export async function openRecording(path: string): Promise<Recording> {
  let file: FileHandle;
  try {
    file = await openFile(path);
  } catch (cause) {
    throw unreadable(path, cause);
  }
  try {
    const stats = await file.stat({ bigint: true });
    const start = await readExactly(file, 0, MAGIC.length);
    if (start === undefined || Buffer.compare(start, MAGIC) !== 0)
      throw invalid(
        path,
        stats.size < MAGIC.length ? `it has ${stats.size} bytes` : 'it does not begin like one',
      );
    const block = await readBlock(file, MAGIC.length);
    if (typeof block === 'string')
      throw invalid(
        path,
        block === 'cut' ? `it was cut in its header, at byte ${stats.size}` : 'its header is damaged',
      );
    if (block.head.type !== 'header' || block.payload === undefined)
      throw invalid(path, 'its header is damaged');
    const header = decodeHeader(block.payload, path);
    return new Recording(file, {
      path,
      stats,
      header,
      position: MAGIC.length + HEAD_SIZE + block.head.storedSize,
    });
  } catch (error) {
    await file.close();
    throw error instanceof SpoorError ? error : unreadable(path, error);
  }
}

async function readBlock(file: FileHandle, position: number): Promise<Block | 'cut' | 'damaged'> {
  const bytes = await readExactly(file, position, HEAD_SIZE);
  if (bytes === undefined) return 'cut';
  const head = decodeHead(bytes, crc32);
  if (head === undefined) return 'damaged';
  const stored = await readExactly(file, position + HEAD_SIZE, head.storedSize);
  if (stored === undefined) return 'cut';
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

async function readExactly(
  file: FileHandle,
  position: number,
  size: number,
): Promise<Uint8Array | undefined> {
  const bytes = new Uint8Array(size);
  let done = 0;
  while (done < size) {
    const { bytesRead } = await file.read(bytes, done, size - done, position + done);
    if (bytesRead === 0) return undefined;
    done += bytesRead;
  }
  return bytes;
}

/** In memory of its own, so that words are aligned. */
function memoryOf(payload: Uint8Array): RecordMemory {
  const u8 = new Uint8Array((payload.length + 7) & ~7);
  u8.set(payload);
  return { u8, u32: new Uint32Array(u8.buffer), view: new DataView(u8.buffer) };
}

/** Bytes of the record at `offset`, or -1 when there is none: a length past the block is the end of the block. */
function lengthAt({ memory, size }: Records, offset: number): number {
  if (offset + 8 > size) return -1;
  const length = memory.u32[offset >>> 2]!;
  return offset + 8 + length > size ? -1 : length;
}

function forEachRecord(records: Records, handle: RecordHandler): void {
  let length = lengthAt(records, 0);
  for (let offset = 0; length >= 0; length = lengthAt(records, offset)) {
    handle(records.memory, offset + 8, length);
    offset += (length + 15) & ~7;
  }
}

function placesIn(records: Records): number[] {
  const places: number[] = [];
  forEachRecord(records, (_, offset) => places.push(offset));
  return places;
}

function endFacts(payload: Uint8Array): Readonly<Record<string, unknown>> {
  try {
    const value: unknown = JSON.parse(Buffer.from(payload).toString());
    return isObject(value) && isObject(value['facts']) ? value['facts'] : {};
  } catch {
    return {};
  }
}

function invalid(path: string, why: string): SpoorError {
  return new SpoorError('RECORDING_INVALID', `${path} is no recording that can be replayed: ${why}`);
}

function unreadable(path: string, cause: unknown): SpoorError {
  return new SpoorError('FILE_UNREADABLE', `${path} cannot be read: ${(cause as Error).message}`, { cause });
}
