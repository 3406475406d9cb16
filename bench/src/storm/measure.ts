import { copyFileSync, createReadStream, existsSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { setTimeout } from 'node:timers/promises';
import { SpoorError } from '@spoor/core';
import { atScale, type Bench } from '../bench.js';
import type { Measurement } from '../finding.js';
import { interleave, type Sample, Samples, type Variant } from '../measure/interleave.js';
import { compileC } from '../programs/compile.js';
import { Launched } from '../programs/launched.js';
import { type Usage, usageOf } from '../programs/usage.js';
import { pulseName, startPulse, startWork, workName } from '../programs/work.js';
import { type Storm, untraced, type Way, waysOf } from './storms.js';

/** The share of a core that a tracer takes when it only looks whether there is something. */
const quietShare = 0.02;
/** Time that a tracer has to start, and to report the storm after its end. */
const patienceMs = 60_000;
const lookMs = 20;
/** The first of everything is slower. */
const warmUpShare = 0.1;

export interface StormResult {
  readonly measurements: readonly Measurement[];
  readonly absent: readonly string[];
}

/** Runs a storm under every tracer that is there. */
export async function measureStorm(bench: Bench, storm: Storm): Promise<StormResult> {
  const ways = waysOf(storm, bench.peers, bench.folder);
  const { able, absent, first } = await tryAll(bench, storm, ways);
  const variants = able.map(
    (way): Variant => ({
      name: way.name,
      side: way.side,
      run: () => runOnce(bench, { storm, way, count: storm.many }),
    }),
  );
  const { rounds } = storm;
  const samples = bench.quick
    ? first
    : await interleave(variants, {
        rounds,
        signal: bench.signal,
        onStep: ({ round, name }) =>
          bench.progress(`${storm.title}, round ${round + 1} of ${rounds}: ${name}`),
      });
  const measurement = (metric: string, about: Omit<Measurement, 'series' | 'id'>): Measurement => ({
    id: `${storm.id}-${metric}`,
    ...about,
    series: samples.series(metric),
  });
  const all = [
    measurement('wall', { title: `${storm.title}, takes`, unit: 'ns', base: untraced }),
    measurement('cpu', { title: `${storm.title}: CPU time of the tracer itself`, unit: 'ns' }),
    measurement('memory', { title: `${storm.title}: resident memory of the tracer, at most`, unit: 'bytes' }),
    measurement('missing', { title: `${storm.title}: of all, not told`, unit: 'percent' }),
    measurement('lost', { title: `${storm.title}: lost, by the tracer's own count`, unit: 'percent' }),
  ];
  return { measurements: all.filter(({ series }) => series.length > 0), absent };
}

/**
 * A tool can be there and not run on this kernel: what does not trace a small storm is named as
 * absent. That small storm is all that a smoke test has.
 */
async function tryAll(
  bench: Bench,
  storm: Storm,
  ways: readonly Way[],
): Promise<{ able: readonly Way[]; absent: readonly string[]; first: Samples }> {
  const able: Way[] = [];
  const first = new Samples(ways);
  const absent: string[] = [];
  for (const way of ways) {
    bench.progress(`${storm.title}: trying ${way.name}`);
    try {
      first.add(way.name, await runOnce(bench, { storm, way, count: storm.few }));
      able.push(way);
    } catch (error) {
      if (!(error instanceof SpoorError) || way.side === 'ours') throw error;
      absent.push(`${way.name}, for "${storm.title}": ${error.message.replaceAll(/\s*\n\s*/g, ' / ')}`);
    }
  }
  return { able, absent, first };
}

interface Run {
  readonly storm: Storm;
  readonly way: Way;
  readonly count: number;
}

async function runOnce(bench: Bench, { storm, way, count }: Run): Promise<Sample> {
  if (way.output !== undefined) rmSync(way.output, { force: true });
  await using tracer = way.tracer === undefined ? undefined : await startTracer(bench, way, way.tracer);
  await using work = startStorm(bench, way);
  for (const line of storm.before) await work.do(line);
  const extra = count === 1 ? 0 : Math.ceil(count * warmUpShare);
  if (extra > 0) await work.do(storm.line(extra));

  const traced = tracer?.pid ?? (way.wrapper === undefined ? undefined : work.pid);
  if (traced !== undefined && tracer !== undefined) await rest(traced, bench);
  const before = traced === undefined ? undefined : usageOf(traced);
  const wallNs = await work.do(storm.line(count));
  if (traced === undefined || before === undefined) return { wall: wallNs / count };
  const after = tracer === undefined ? usageOf(traced) : await rest(traced, bench);
  await work.finish();
  await tracer?.interrupt();
  const mark = way.side === 'ours' ? storm.marks?.ours : storm.marks?.others;
  const told = way.tells ? await countLines(way.output, mark) : undefined;
  const happened = count + extra;
  // Where it is not known how many there are, the tracer alone can say.
  const lost = way.tells && storm.marks === undefined ? lostOf(way.counts) : undefined;
  return {
    wall: wallNs / count,
    cpu: (after.cpuNs - before.cpuNs) / count,
    memory: after.peakMemory,
    ...(told === undefined ? {} : { missing: (Math.max(happened - told, 0) / happened) * 100 }),
    ...(lost === undefined ? {} : { lost }),
  };
}

/** The program that the storm is made of, by itself or under its tracer. */
function startStorm({ folder, signal }: Bench, { wrapper }: Way): Launched {
  if (wrapper === undefined) return startWork(folder, { signal });
  const path = join(folder, workName);
  copyFileSync(compileC('work'), path);
  return new Launched([...wrapper, path], { signal });
}

/**
 * Starts it, and waits until its output has something of a program that is executed again and
 * again.
 */
async function startTracer(
  { folder, signal }: Bench,
  { output }: Way,
  { command, tracefs }: NonNullable<Way['tracer']>,
): Promise<Launched> {
  const own = command.includes('--out');
  const tracer = new Launched(command, {
    signal,
    tracefs,
    ...(own || output === undefined ? {} : { output }),
  });
  const decided = new AbortController();
  try {
    await using _pulse = startPulse(folder, { signal });
    const ready = waitForPulse(output ?? '', AbortSignal.any([signal, decided.signal]));
    await Promise.race([tracer.gone(), ready]);
    return tracer;
  } catch (error) {
    await tracer[Symbol.asyncDispose]();
    throw error;
  } finally {
    decided.abort();
  }
}

async function waitForPulse(output: string, signal: AbortSignal): Promise<void> {
  const end = performance.now() + patienceMs;
  while (!existsSync(output) || !readFileSync(output, 'latin1').includes(pulseName)) {
    if (performance.now() > end) {
      throw new SpoorError('UNSUPPORTED', `it told of nothing within ${patienceMs / 1000} s`);
    }
    await setTimeout(lookMs, undefined, { signal });
  }
}

/** Waits until a process does nothing any more, and tells what it has used by then. */
async function rest(pid: number, bench: Bench): Promise<Usage> {
  const quietMs = atScale(bench, 250, 30);
  const end = performance.now() + patienceMs;
  let last = usageOf(pid);
  for (;;) {
    await setTimeout(quietMs, undefined, { signal: bench.signal });
    const now = usageOf(pid);
    if (now.cpuNs - last.cpuNs < quietShare * quietMs * 1e6 || performance.now() > end) return now;
    last = now;
  }
}

interface Counts {
  readonly events: Readonly<
    Record<string, { submitted: number; delivered: number; dropped: Readonly<Record<string, number>> }>
  >;
}

/** Percent of what happened. */
function lostOf(path: string | undefined): number | undefined {
  if (path === undefined) return undefined;
  const { events } = JSON.parse(readFileSync(path, 'utf8')) as Counts;
  let happened = 0;
  let delivered = 0;
  for (const kind of Object.values(events)) {
    happened += kind.submitted + Object.values(kind.dropped).reduce((sum, count) => sum + count, 0);
    delivered += kind.delivered;
  }
  return ((happened - delivered) / happened) * 100;
}

async function countLines(path: string | undefined, mark: RegExp | undefined): Promise<number | undefined> {
  if (path === undefined || mark === undefined) return undefined;
  let count = 0;
  for await (const line of createInterface({ input: createReadStream(path) })) {
    if (mark.test(line)) count++;
  }
  return count;
}
