/**
 * Reads full rings in a process of its own, so that each way of reading is compiled for itself alone. At `time N` it
 * fills the ring and empties it, N times, and answers with the nanoseconds that a record took; at `heap N`, with the bytes
 * that were allocated for each of at least N records. At `flow N PRODUCE` it empties the ring while PRODUCE (`c/produce.c`)
 * fills it with N records, and answers with how many came a second.
 *
 *   child.js WHAT OBJECT RECORDS RINGSIZE
 */
import { spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import process from 'node:process';
import { createInterface } from 'node:readline';
import { setImmediate, setTimeout } from 'node:timers/promises';
import v8 from 'node:v8';
import { mapRing, openObject } from '@spoor/object';
import { RingReader } from '@spoor/ring';
import { givenBytes, givenCount } from './records.js';
import { isWay, ways } from './ways.js';

const [what = '', objectPath = '', recordsPath = '', ringSize = ''] = process.argv.slice(2);
if (!isWay(what)) throw new RangeError(`there is no way of reading called ${what}`);
const handler = ways[what]();

const opened = openObject(objectPath);
opened.resizeMap('ring', Number(ringSize));
const object = opened.load();
const given = object.map('given');
const records = readFileSync(recordsPath);
for (let key = 0; key < givenCount; key++) {
  given.update(
    new Uint8Array(new Uint32Array([key]).buffer),
    new Uint8Array(records.subarray(key * givenBytes, (key + 1) * givenBytes)),
    0,
  );
}
const program = object.program('fill');
const memory = mapRing(object.map('ring'));
const reader = new RingReader(memory);
const context = new Uint8Array(8);
const recordsOfRun = 1024;

function fill(): void {
  while (program.testRun({ context }).returned === recordsOfRun);
}

/** Nanoseconds. */
function timeDrain(): number {
  const began = process.hrtime.bigint();
  reader.drain(handler);
  return Number(process.hrtime.bigint() - began);
}

/** Nanoseconds a record, of some full rings. */
function timeOf(drains: number): number {
  const before = reader.records;
  let took = 0;
  for (let drain = 0; drain < drains; drain++) {
    fill();
    took += timeDrain();
  }
  return took / (reader.records - before);
}

/** Young space grows by what is allocated until it is collected, which makes the difference negative: such drains are left out. */
function heapOf(wanted: number): number {
  let bytes = 0;
  let count = 0;
  while (count < wanted) {
    fill();
    const before = v8.getHeapStatistics().used_heap_size;
    const drained = reader.drain(handler);
    const grown = v8.getHeapStatistics().used_heap_size - before;
    if (grown < 0) continue;
    bytes += grown;
    count += drained;
  }
  return bytes / count;
}

/** Records a second: none is lost, since who produces waits for room. */
async function flow(wanted: string, produce: string): Promise<number> {
  const producer = spawn(produce, [String(program.info().id), '0', wanted], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  let told = '';
  let failure: unknown;
  producer.stdout.setEncoding('utf8').on('data', (text: string) => {
    told += text;
  });
  producer.on('error', (error) => {
    failure = error;
  });
  producer.on('close', (code) => {
    if (code !== 0) failure ??= new RangeError(`${produce} ended (${code})`);
  });
  let count = 0;
  while (!told.endsWith('\n')) {
    if (failure !== undefined) throw failure;
    count += reader.drain(handler);
    await setImmediate();
  }
  count += reader.drain(handler);
  const ended = process.hrtime.bigint();
  const [total = '', begun = ''] = told.trim().split(' ');
  if (count !== Number(total)) throw new RangeError(`${count} records came of ${total}`);
  return count / (Number(ended - BigInt(begun)) / 1e9);
}

/**
 * Has the reader run for a while, as all that read for longer than a second have: what is called once a drain is compiled after
 * some thousand of them. C is compiled before. So is what takes the time: interpreted, after others have had the caches, it takes as
 * long as a thousand records.
 */
async function warmUp(): Promise<void> {
  // A tracer's first looks find nothing.
  for (let drains = 0; drains < 100; drains++) timeDrain();
  for (let round = 0; round < 4; round++) {
    fill();
    for (let drains = 0; drains < 1000; drains++) reader.drain(handler, { max: 16 });
    reader.drain(handler);
    for (let drains = 0; drains < 1000; drains++) timeDrain();
    // Compiled code comes from another thread.
    await setTimeout(20);
  }
}

await warmUp();
for await (const line of createInterface({ input: process.stdin })) {
  const [command, count = '', produce = ''] = line.split(' ');
  let answer: number;
  if (command === 'flow') answer = await flow(count, produce);
  else answer = command === 'heap' ? heapOf(Number(count)) : timeOf(Number(count));
  process.stdout.write(`${answer}\n`);
}
reader.close();
memory[Symbol.dispose]();
object.close();
opened.close();
