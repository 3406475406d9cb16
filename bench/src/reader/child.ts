/**
 * Reads full rings as `tracer.each` does, in a process of its own, so that V8 compiles each way of
 * reading alone. `time N` fills the ring and empties it N times, and answers with the nanoseconds
 * per record. `heap N` answers with the bytes that were allocated per record, of N records or more.
 * `flow N PRODUCE` empties the ring while PRODUCE (`c/produce.c`) fills it with N records, and
 * answers with the records per second.
 *
 * child.js WHAT OBJECT RECORDS RINGSIZE
 */
import { spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import process from 'node:process';
import { createInterface } from 'node:readline';
import { setImmediate, setTimeout } from 'node:timers/promises';
import v8 from 'node:v8';
import { openObject, openRing } from '@spoor/object';
import { bootTimeNs } from '@spoor/object/system';
import { defaultPace, mergeRings } from '@spoor/ring';
import { givenBytes, givenCount } from './records.js';
import { isWay, ways } from './ways.js';

const [what = '', objectPath = '', recordsPath = '', ringSize = ''] = process.argv.slice(2);
if (!isWay(what)) throw new RangeError(`there is no way of reading called ${what}`);
const handler = ways[what]();

const opened = openObject(objectPath);
opened.resizeMap('ring', Number(ringSize));
const object = opened.load();
const given = object.map('given');
const recordFile = readFileSync(recordsPath);
for (let key = 0; key < givenCount; key++) {
  given.update(
    new Uint8Array(new Uint32Array([key]).buffer),
    new Uint8Array(recordFile.subarray(key * givenBytes, (key + 1) * givenBytes)),
    0,
  );
}
const program = object.program('fill');
// A full ring is read to its end: no record waits for an earlier one.
const rings = mergeRings([openRing(object.map('ring'))], { settleMs: 0, now: () => Number(bootTimeNs()) });
const context = new Uint8Array(8);
const recordsOfRun = 1024;

function fill(): void {
  while (program.testRun({ context }).returned === recordsOfRun);
}

/** Empties the ring by as many drains as `tracer.each` needs. Returns the number of records. */
function empty(): number {
  let count = 0;
  do count += rings.drain(handler, { budgetMs: defaultPace.budgetMs });
  while (rings.more === 'now');
  return count;
}

/** The number of records and the nanoseconds of one emptying. */
function timeEmptying(): { count: number; took: number } {
  const began = process.hrtime.bigint();
  const count = empty();
  return { count, took: Number(process.hrtime.bigint() - began) };
}

/** Nanoseconds per record, of some full rings. */
function timeOf(fillings: number): number {
  let records = 0;
  let ns = 0;
  for (let filling = 0; filling < fillings; filling++) {
    fill();
    const { count, took } = timeEmptying();
    records += count;
    ns += took;
  }
  return ns / records;
}

/**
 * Young space grows by what is allocated until it is collected, which makes the difference
 * negative: such drains are left out.
 */
function heapOf(wanted: number): number {
  let bytes = 0;
  let count = 0;
  while (count < wanted) {
    fill();
    const before = v8.getHeapStatistics().used_heap_size;
    const drained = empty();
    const grown = v8.getHeapStatistics().used_heap_size - before;
    if (grown < 0) continue;
    bytes += grown;
    count += drained;
  }
  return bytes / count;
}

/** Records per second. None is lost, since the producer waits for room. */
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
    count += empty();
    await setImmediate();
  }
  count += empty();
  const ended = process.hrtime.bigint();
  const [total = '', begun = ''] = told.trim().split(' ');
  if (count !== Number(total)) throw new RangeError(`${count} records came of ${total}`);
  return count / (Number(ended - BigInt(begun)) / 1e9);
}

/**
 * Runs the reader until V8 has compiled it, as in a trace of some seconds. A function that is
 * called once per drain is compiled after some thousand drains. That includes the function that
 * takes the time: interpreted, it takes as long as a thousand records.
 */
async function warmUp(): Promise<void> {
  // A tracer's first looks find nothing.
  for (let drains = 0; drains < 100; drains++) timeEmptying();
  for (let round = 0; round < 4; round++) {
    fill();
    for (let drains = 0; drains < 1000; drains++) rings.drain(handler, { max: 16 });
    empty();
    for (let drains = 0; drains < 1000; drains++) timeEmptying();
    // Another thread compiles.
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
rings.close();
object.close();
opened.close();
