import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Statistics, Tracer } from '@spoor/tracer';
import { traceWithKernel } from '@spoor/tracer/kernel';
import { countAlive } from './alive.js';
import { ensureAscendingIds } from './ascending-ids.js';
import { type Comparison, compare } from './compare.js';
import { compileGenerator, compileObject } from './compile.js';
import { countHeld, missesByCpu } from './counters.js';
import { Helper } from './helper.js';
import { measureIdle, nsPerEvent } from './measure.js';
import { type Observation, observer } from './observe.js';
import { parseTruth } from './truth.js';

/**
 * The behaviour at a miss of the process map: `drop` loses the event, `zero` gives an empty record,
 * and `recover`, the only mode of the product, rebuilds the record.
 */
export type MissMode = 'drop' | 'zero' | 'recover';

/** One run: the same trees, another tracer. */
export interface Setting {
  readonly mode: MissMode;
  /** Entries of the process map; undefined for the default of the machine. */
  readonly entries: number | undefined;
  readonly saboteur: boolean;
  readonly taskStorage: boolean;
  /** Entries of the hash that takes the place of task storage; undefined for the default. */
  readonly wordsEntries: number | undefined;
  /** How many processes live at once, at least. */
  readonly processes: number;
}

export interface Outcome {
  readonly setting: Setting;
  readonly comparison: Comparison;
  /** At the end of the trace. */
  readonly statistics: Statistics;
  /** Processes of the experiment: in all, and alive at once, as /proc had them. */
  readonly processes: number;
  readonly alive: number;
  /** Entries that the process map had when all were alive. */
  readonly held: number;
  /** Look-ups that missed, by the CPU that they were made on. */
  readonly missesByCpu: readonly number[];
  /** Processes that got the id of one that had ended, as they wanted; and those that did not. */
  readonly reused: number;
  readonly notReused: number;
  /** Entries that the saboteur deleted. */
  readonly deleted: number;
  /** How often it went through the map. */
  readonly passes: number;
  /** BPF run time for each event submitted, nanoseconds. */
  readonly nsPerEvent: number;
}

let runs = 0;

/** For what else the machine starts while the tree grows. */
const spareIds = 1000;

/**
 * Runs the trees under the tracer and compares what it said with what they wrote down. Needs root.
 *
 * @throws SpoorError as `trace`; `UNSUPPORTED` when the generator cannot be compiled or cannot do
 *   something here
 */
export async function runExperiment(setting: Setting): Promise<Outcome> {
  const { tree, saboteur } = compileGenerator();
  const folder = mkdtempSync(join(tmpdir(), 'map-pressure-'));
  // In the name that is followed too: another run at the same time has another.
  const run = `${process.pid.toString(36)}${(runs++).toString(36)}`;
  const [match, decoy] = [`mpf${run}`, `mpd${run}`];
  try {
    if (setting.mode !== 'recover') ensureAscendingIds(setting.processes + spareIds);
    await using generator = new Helper(tree, [run, folder, match, decoy, String(setting.processes)]);
    const { uts } = await generator.hear<{ readonly uts: string }>('alive');
    await using tracer = await traceWithKernel(
      {
        scopes: [`uts=${uts.replace(/\D/g, '')}`, `comm=${match} follow`],
        events: ['fork', 'exec', 'exit', 'open'],
        tuning: { replaceable: false },
        ...(setting.entries === undefined ? {} : { processMapSize: setting.entries }),
      },
      {
        ...(setting.mode === 'recover' ? {} : { missModeObject: compileObject(setting.mode) }),
        ...(setting.taskStorage ? {} : { taskStorage: false }),
        ...(setting.wordsEntries === undefined ? {} : { wordsEntries: setting.wordsEntries }),
      },
    );
    using _times = tracer.object.enableStats();
    const idleNs = measureIdle(tracer);
    const observations: Observation[] = [];
    const observe = observer({ run, followBit: 1 });
    const reading = tracer.each((event) => {
      const observation = observe(event);
      if (observation !== undefined) observations.push(observation);
    });
    await using sabotage = setting.saboteur ? await sabotageOf(saboteur, tracer) : undefined;
    generator.goOn();
    await generator.hear('standing');
    const alive = countAlive(uts);
    const held = countHeld(tracer);
    generator.goOn();
    const done = await generator.hear<{ processes: number; reused: number; notReused: number }>('done');
    generator.goOn();
    await generator.ended();
    sabotage?.end();
    const sabotaged = await sabotage?.hear<{ readonly deleted: number; readonly passes: number }>('done');
    // These counters are gone when the trace has ended.
    const byCpu = missesByCpu(tracer);
    tracer.close();
    await reading;

    const statistics = tracer.stats();
    const truth = parseTruth(readFileSync(join(folder, 'truth'), 'utf8'));
    return {
      setting,
      comparison: compare(truth, observations),
      statistics,
      processes: done.processes,
      alive,
      held,
      missesByCpu: byCpu,
      reused: done.reused,
      notReused: done.notReused,
      deleted: sabotaged?.deleted ?? 0,
      passes: sabotaged?.passes ?? 0,
      nsPerEvent: nsPerEvent(statistics, idleNs),
    };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

async function sabotageOf(program: string, tracer: Tracer): Promise<Helper> {
  const map = tracer.object.map('proc_info');
  const helper = new Helper(program, [process.pid, map.fd, map.keySize, map.valueSize].map(String));
  await helper.hear('begun');
  return helper;
}
