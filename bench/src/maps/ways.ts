import { createRequire } from 'node:module';
import { ctype } from '@spoor/btf';
import { typedMap, type ValueOf } from '@spoor/map';
import { openObject } from '@spoor/object';

/** `struct entry` of `bpf/table.bpf.c`. */
const Entry = ctype.struct('entry', 48, {
  start_time_ns: [0, ctype.u64],
  inode: [8, ctype.u64],
  device: [16, ctype.u32],
  flags: [20, ctype.u32],
  parent: [24, ctype.u32],
  uid: [28, ctype.u32],
  bytes_read: [32, ctype.u64],
  bytes_written: [40, ctype.u64],
});
type Entry = ValueOf<typeof Entry>;

/** One thing done with every entry. */
export type Action = () => void;

export interface Table {
  readonly actions: Readonly<Record<string, Action>>;
  close(): void;
}

/** Keeps the values that were read in use, so that V8 does not drop the reads. */
const kept = { sum: 0, big: 0n };

function take(entry: Entry): void {
  kept.sum = (kept.sum + entry.device + entry.flags + entry.parent + entry.uid) | 0;
  kept.big = entry.startTimeNs ^ entry.inode ^ entry.bytesRead ^ entry.bytesWritten;
}

function make(key: number): Entry {
  return {
    startTimeNs: BigInt(key),
    inode: BigInt(key),
    device: 1,
    flags: 0,
    parent: key,
    uid: 1000,
    bytesRead: BigInt(key),
    bytesWritten: 0n,
  };
}

const entriesOf = (keys: readonly number[]) => keys.map((key): [number, Entry] => [key, make(key)]);

/** Operations on one entry at a time, for either kind of map. Entries are inserted first. */
function oneByOne(
  map: { get(key: number): Entry | undefined; set(key: number, entry: Entry): unknown },
  entries: readonly (readonly [number, Entry])[],
) {
  const get = () => {
    for (const [key] of entries) take(map.get(key)!);
  };
  const set = () => {
    for (const [key, entry] of entries) map.set(key, entry);
  };
  set();
  return { get, set };
}

/** Our typed map over a map of the kernel. */
export function ourTable(objectPath: string, keys: readonly number[]): Table {
  const object = openObject(objectPath).load();
  const map = typedMap(object.map('table'), { key: ctype.u32, value: Entry });
  const target = make(0);
  const entries = entriesOf(keys);
  return {
    actions: {
      ...oneByOne(map, entries),
      'get-into': () => {
        for (const key of keys) {
          if (map.getInto(key, target)) take(target);
        }
      },
      'set-many': () => {
        map.setMany(entries);
      },
      iterate: () => {
        for (const [key, entry] of map) {
          kept.sum = (kept.sum + key) | 0;
          take(entry);
        }
      },
      'for-each': () => {
        map.forEach((entry, key) => {
          kept.sum = (kept.sum + key) | 0;
          take(entry);
        });
      },
    },
    close: () => object.close(),
  };
}

/** The part of the npm package bpf that we use. */
interface NpmBpf {
  readonly MapType: { readonly HASH: number };
  readonly u32type: Conversion<number>;
  createMap(desc: Readonly<Record<string, unknown>>): { close(): void };
  ConvMap: new (
    ref: unknown,
    key: Conversion<number>,
    value: Conversion<Entry>,
  ) => {
    get(key: number): Entry | undefined;
    set(key: number, value: Entry): unknown;
    setBatch(entries: [number, Entry][]): unknown;
    getBatch(size: number): IterableIterator<[number, Entry][]>;
  };
}

interface Conversion<T> {
  parse(buffer: Buffer): T;
  format(buffer: Buffer, value: T): void;
}

/** The conversion that a user of that package would write. */
const entryConversion: Conversion<Entry> = {
  parse: (buffer) => ({
    startTimeNs: buffer.readBigUInt64LE(0),
    inode: buffer.readBigUInt64LE(8),
    device: buffer.readUInt32LE(16),
    flags: buffer.readUInt32LE(20),
    parent: buffer.readUInt32LE(24),
    uid: buffer.readUInt32LE(28),
    bytesRead: buffer.readBigUInt64LE(32),
    bytesWritten: buffer.readBigUInt64LE(40),
  }),
  format: (buffer, entry) => {
    buffer.writeBigUInt64LE(entry.startTimeNs, 0);
    buffer.writeBigUInt64LE(entry.inode, 8);
    buffer.writeUInt32LE(entry.device, 16);
    buffer.writeUInt32LE(entry.flags, 20);
    buffer.writeUInt32LE(entry.parent, 24);
    buffer.writeUInt32LE(entry.uid, 28);
    buffer.writeBigUInt64LE(entry.bytesRead, 32);
    buffer.writeBigUInt64LE(entry.bytesWritten, 40);
  },
};

/** A table over the npm package bpf, which is installed in its own folder. */
export function npmTable(packagePath: string, keys: readonly number[]): Table {
  const bpf = createRequire(import.meta.url)(packagePath) as NpmBpf;
  const ref = bpf.createMap({ type: bpf.MapType.HASH, keySize: 4, valueSize: 48, maxEntries: 16_384 });
  const map = new bpf.ConvMap(ref, bpf.u32type, entryConversion);
  const entries = entriesOf(keys);
  return {
    actions: {
      ...oneByOne(map, entries),
      'set-many': () => {
        for (let from = 0; from < entries.length; from += 256) map.setBatch(entries.slice(from, from + 256));
      },
      iterate: () => {
        for (const batch of map.getBatch(1024)) {
          for (const [key, entry] of batch) {
            kept.sum = (kept.sum + key) | 0;
            take(entry);
          }
        }
      },
    },
    close: () => ref.close(),
  };
}
