import { mkdtempSync, rmSync } from 'node:fs';
import { cpus, loadavg, tmpdir } from 'node:os';
import { join, relative } from 'node:path';
import process from 'node:process';
import { fileURLToPath } from 'node:url';
import { SpoorError } from '@spoor/core';
import { readSettings, type Settings } from './args.js';
import type { Benchmark } from './bench.js';
import { benchmarks } from './benchmarks/index.js';
import type { Observation } from './finding.js';
import { helpText } from './help.js';
import { describeMachine } from './machine.js';
import { merge } from './measure/passes.js';
import { findPeers, type Peers } from './peers/peers.js';
import { Progress } from './progress.js';
import { agreementOf } from './report/agreement.js';
import type { Report } from './report/report.js';
import { reportText } from './report/text.js';
import { Store } from './store.js';

const root = fileURLToPath(new URL('../..', import.meta.url));
const interruptions = { SIGINT: 130, SIGTERM: 143, SIGHUP: 129 } as const;

/** Runs `pnpm bench` with these arguments. Resolves to the exit status. */
export async function run(args: readonly string[]): Promise<number> {
  const progress = new Progress();
  const names = benchmarks.map(({ name }) => name);
  try {
    const settings = readSettings(args, names);
    if (settings.help) {
      process.stdout.write(helpText(benchmarks));
      return 0;
    }
    if (process.getuid?.() !== 0) {
      throw new SpoorError('NO_PRIVILEGE', 'The benchmarks load BPF programs', {
        remedy: 'Run them as root.',
      });
    }
    return await measure(settings, progress);
  } catch (error) {
    if (!(error instanceof SpoorError)) throw error;
    const remedy = error.remedy === undefined ? '' : `\n  ${error.remedy}`;
    progress.say(`${error.code}: ${error.message}${remedy}`);
    return error.code === 'USAGE' || error.code === 'UNKNOWN_OPTION' ? 2 : 1;
  }
}

/** Passes over all benchmarks: what a machine is like changes within minutes. */
const passesOfRun = 3;

async function measure({ names, quick, out }: Settings, progress: Progress): Promise<number> {
  const interrupt = new AbortController();
  let status = 0;
  const handlers = Object.entries(interruptions).map(([signal, code]) => {
    const handler = () => {
      status = code;
      interrupt.abort(new Error(signal));
    };
    process.on(signal, handler);
    return () => process.off(signal, handler);
  });
  const chosen = benchmarks.filter(({ name }) => names.includes(name));
  const kept = quick ? undefined : join(root, 'docs', 'benchmarks.md');
  const folder = out ?? join(root, ...(quick ? ['.reports', 'bench'] : ['bench', 'results']));
  const store = new Store(
    folder,
    benchmarks.map(({ name }) => name),
    out === undefined ? kept : undefined,
  );
  try {
    const load = loadavg()[0] ?? 0;
    if (load > cpus().length / 4)
      progress.say(`others are at work here (load ${load.toFixed(1)}): the spread will be wide`);
    const wanted = [...new Set(chosen.flatMap((benchmark) => benchmark.peers))];
    const peers = findPeers(wanted, { install: !quick, say: (text) => progress.say(text) });
    const passes = quick ? 1 : passesOfRun;
    const seen = chosen.map((benchmark) => ({ benchmark, passes: [] as Pass[] }));
    for (let pass = 1; pass <= passes; pass++) {
      const which = passes === 1 ? '' : `, pass ${pass} of ${passes}`;
      for (const { benchmark, passes: before } of seen) {
        before.push(await measureOne(benchmark, { quick, peers, progress, which, signal: interrupt.signal }));
        if (pass < passes) continue;
        const machine = describeMachine(peers.versions);
        const measured = reportOf(benchmark, before, { machine, load, quick });
        const earlier = store.read().find(({ subject }) => subject.name === benchmark.name);
        const agreement = agreementOf(measured, earlier);
        const report = agreement === undefined ? measured : { ...measured, agreement };
        progress.clear();
        process.stdout.write(`${reportText(report)}\n\n`);
        store.add(report);
      }
    }
    progress.say(`written: ${relative(process.cwd(), store.page)}`);
    return 0;
  } catch (error) {
    if (status === 0) throw error;
    progress.say('interrupted; nothing is left attached, and what was finished before is kept');
    return status;
  } finally {
    for (const restore of handlers) restore();
  }
}

/** The observations of a benchmark in one pass. */
interface Pass {
  readonly observation: Observation;
  readonly at: string;
  readonly seconds: number;
}

interface Circumstances {
  readonly quick: boolean;
  readonly peers: Peers;
  readonly progress: Progress;
  /** Of the passes, for who waits. */
  readonly which: string;
  readonly signal: AbortSignal;
}

async function measureOne(
  benchmark: Benchmark,
  { quick, peers, progress, which, signal }: Circumstances,
): Promise<Pass> {
  const { name, title } = benchmark;
  signal.throwIfAborted();
  const folder = mkdtempSync(join(tmpdir(), `spoor-bench-${name}-`));
  const at = new Date().toISOString();
  const began = performance.now();
  progress.say(`${name}${which}: ${title}`);
  try {
    const observation = await benchmark.run({
      quick,
      signal,
      folder,
      peers,
      progress: (text) => progress.show(`${name}: ${text}`),
    });
    return { observation, at, seconds: (performance.now() - began) / 1000 };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

function reportOf(
  benchmark: Benchmark,
  passes: readonly Pass[],
  circumstances: Pick<Report, 'machine' | 'load' | 'quick'>,
): Report {
  const { name, title, question } = benchmark;
  const observation = merge(passes.map((pass) => pass.observation));
  return {
    ...circumstances,
    subject: { name, title, question },
    finding: { ...observation, goals: benchmark.goals(observation.measurements) },
    at: passes[0]!.at,
    seconds: passes.reduce((sum, { seconds }) => sum + seconds, 0),
  };
}
