// Measures the nanoseconds per decoded event. After `pnpm build`:
//
//     NODE_ENV=production node packages/event/test/measure-decoder.mjs
import { EventDecoder } from '../dist/index.js';
import { fakeRecord } from '../dist/testing.js';

const count = 4096;
const rounds = 60;

// Many processes and files, as real ones repeat: a hundred binaries, a thousand paths.
const records = Array.from({ length: count }, (_, index) =>
  fakeRecord('open', {
    timeNs: 2n ** 52n + BigInt(index) * 1000n,
    startTimeNs: 2n ** 51n + BigInt(index % 97),
    cgroupId: 77n,
    matchedScopes: 1n,
    cpu: index & 7,
    tgid: 1000 + (index % 97),
    tid: 1000 + (index % 97),
    ppid: 1,
    origin: 2,
    comm: `worker-${index % 97}`,
    exe: `/usr/lib/some/where/binary-${index % 100}`,
    result: 3n,
    flags: 0x80000,
    inode: BigInt(index),
    path: `/usr/share/locale/${index % 1000}/LC_MESSAGES`,
  }),
);
const places = [];
let size = 0;
for (const record of records) {
  places.push({ offset: size + 8, length: record.length });
  size += (record.length + 15) & ~7;
}
const u8 = new Uint8Array(size);
for (const [index, { offset }] of places.entries()) u8.set(records[index], offset);
const data = { u8, u32: new Uint32Array(u8.buffer), view: new DataView(u8.buffer) };

function measure(name, decode) {
  let least = Number.POSITIVE_INFINITY;
  for (let round = 0; round < rounds; round++) {
    const start = process.hrtime.bigint();
    for (const { offset, length } of places) decode(data, offset, length);
    least = Math.min(least, Number(process.hrtime.bigint() - start) / count);
  }
  process.stdout.write(`  ${name.padEnd(34)} ${least.toFixed(0).padStart(5)}\n`);
}

const decoder = new EventDecoder({ context: { clockOffsetNs: 10n ** 18n, scopeNames: ['build'] } });
const kept = { number: 0, value: undefined };
const lend = (use) =>
  decoder.handler((event) => {
    if (event.kind === 'open') use(event);
  });
process.stdout.write(`Node ${process.versions.node}, NODE_ENV=${process.env.NODE_ENV ?? ''}: ns an event\n`);
measure(
  'check only',
  lend(() => {}),
);
measure(
  'five numbers',
  lend((event) => {
    kept.number = (kept.number + event.cpu + event.tgid + event.tid + event.uid + event.flags) & 0xfffffff;
  }),
);
measure(
  'time as two halves',
  lend((event) => {
    kept.number = (kept.number + event.timeNsLo + event.timeNsHi) & 0xfffffff;
  }),
);
const value = (read) =>
  lend((event) => {
    kept.value = read(event);
  });
measure(
  'time as a bigint',
  value((event) => event.timeNs),
);
measure(
  'comm',
  value((event) => event.comm),
);
measure(
  'exe',
  value((event) => event.exe),
);
measure(
  'path',
  value((event) => event.path),
);
measure(
  'toObject()',
  value((event) => event.toObject()),
);
measure(
  'copy()',
  value((event) => event.copy()),
);
measure(
  'toJSON()',
  value((event) => event.toJSON()),
);
measure(
  'JSON.stringify(event)',
  value((event) => JSON.stringify(event)),
);
