import { writeFileSync } from 'node:fs';
import type { StructLayout } from '@spoor/btf';
import { eventLayouts } from '@spoor/event';
import { fakeRecord } from '@spoor/event/testing';

/** Room for a record in `bpf/ring-fill.bpf.c`, and how many there are. */
const recordMax = 4096;
const recordCount = 256;

/** `bpf/ring-fill.bpf.c` overwrites these letters in each record. */
const placeholder = 'aaaaaaaa';

const comms = [
  'node',
  'npm install',
  'sh',
  'bash',
  'git',
  'cc1plus',
  'ld',
  'python3',
  'make',
  'systemd',
  'sshd',
];
const paths = [
  (word: string) => `/usr/lib/x86_64-linux-gnu/lib${word}.so.6`,
  (word: string) => `/usr/include/linux/${word}.h`,
  (word: string) => `/home/user/project/node_modules/${word}/package.json`,
  (word: string) => `/etc/${word}.conf`,
  (word: string) => `/sys/devices/${word}/uevent`,
];

/** A word of eight letters for each number. */
function wordOf(number: number): string {
  let rest = Math.imul(number + 1, 0x9e3779b1) >>> 0;
  return Array.from(placeholder, () => {
    const letter = String.fromCharCode(97 + (rest % 26));
    rest = Math.floor(rest / 26) + number;
    return letter;
  }).join('');
}

/** Opens as a build makes them: names that repeat, and paths of 20 to 60 bytes. */
function openRecord(index: number, path = pathOf(index, wordOf(index))): Uint8Array {
  const comm = comms[index % comms.length]!;
  return fakeRecord('open', {
    timeNs: BigInt(index) * 1_000_003n,
    startTimeNs: 123_456_789n,
    cgroupId: 4242n,
    matchedScopes: 1n,
    cpu: index % 2,
    tgid: 1000 + index,
    tid: 1000 + index,
    ppid: 999,
    uid: 1000,
    comm,
    exe: `/usr/bin/${comm.split(' ')[0]}`,
    result: 3n,
    inode: BigInt(100_000 + index),
    device: 0x800001,
    flags: 0x80000,
    path,
  });
}

function pathOf(index: number, word: string): string {
  return paths[index % paths.length]!(word);
}

/** An open without a path, with bytes behind it up to `size`. */
function sizedRecord(size: number): Uint8Array {
  const record = new Uint8Array(size);
  record.set(openRecord(0, ''));
  new DataView(record.buffer).setUint32(offsetOf('size'), size, true);
  return record;
}

/** Sizes from 160 to 1,000, in an order that a processor cannot predict. */
export function mixedSize(index: number): number {
  return 160 + 8 * ((Math.imul(index + 1, 0x9e3779b1) >>> 0) % 106);
}

export interface RecordsOptions {
  /** Bytes of the record with this index, at least 160. Default: opens of their natural size. */
  readonly sizeOf?: (index: number) => number;
  /** True if all paths differ. */
  readonly unique?: boolean;
}

/**
 * Writes the records that all readers fill their rings with, each as a `struct given` of
 * `bpf/ring-fill.bpf.c`.
 */
export function writeRecords(path: string, { sizeOf, unique = false }: RecordsOptions = {}): void {
  const file = Buffer.alloc((8 + recordMax) * recordCount);
  for (let index = 0; index < recordCount; index++) {
    const record = Buffer.from(
      sizeOf === undefined
        ? openRecord(index, unique ? pathOf(index, placeholder) : undefined)
        : sizedRecord(sizeOf(index)),
    );
    const at = index * (8 + recordMax);
    file.writeUInt32LE(record.length, at);
    file.writeUInt32LE(unique ? record.indexOf(placeholder) : 0, at + 4);
    record.copy(file, at + 8);
  }
  writeFileSync(path, file);
}

/** Bytes of an open, on average. */
export function meanRecordSize(): number {
  let total = 0;
  for (let index = 0; index < recordCount; index++) total += openRecord(index).length;
  return total / recordCount;
}

export const givenBytes = 8 + recordMax;
export const givenCount = recordCount;

/** Offset of a field of an open: one of the header's, or its own. */
export function offsetOf(name: string): number {
  const { fields } = eventLayouts.events['open']!;
  const header = fields[0]!.layout as StructLayout;
  const field = [...header.fields, ...fields.slice(1)].find((candidate) => candidate.name === name);
  if (field === undefined) throw new RangeError(`an open has no field ${name}`);
  return field.offset;
}

const macros: Readonly<Record<string, string>> = {
  AT_CPU: 'cpu',
  AT_TGID: 'tgid',
  AT_TID: 'tid',
  AT_PPID: 'ppid',
  AT_UID: 'uid',
  AT_COMM: 'comm',
  AT_EXE: 'exe',
  AT_KIND: 'kind',
  AT_TIME: 'time_ns',
  AT_START_TIME: 'start_time_ns',
  AT_CGROUP: 'cgroup_id',
  AT_SCOPES: 'matched_scopes',
  AT_ORIGIN: 'origin',
  AT_PATH: 'path',
  AT_RESULT: 'result',
  AT_INODE: 'inode',
  AT_DEVICE: 'device',
  AT_FLAGS: 'flags',
};

/** The macros of `c/consume.c`: where the fields lie. */
export function offsetMacros(): Readonly<Record<string, number>> {
  return Object.fromEntries(Object.entries(macros).map(([macro, name]) => [macro, offsetOf(name)]));
}
