import { mkdirSync, writeFileSync } from 'node:fs';
import { availableParallelism, release } from 'node:os';
import { join } from 'node:path';
import { SpoorError } from '@spoor/core';
import { compileGenerator, compileObject } from './compile.js';
import { type Outcome, runExperiment, type Setting } from './experiment.js';
import { help, type Options, parseOptions, settingsOf } from './options.js';
import { pictureByCpu } from './report/by-cpu.js';
import { picture } from './report/picture.js';
import { percent, table } from './report/table.js';
import { type Summary, summarize } from './summary.js';
import { faultsOf } from './verdict.js';

/** Runs the experiment as a command line says. Resolves to the exit status. */
export async function run(args: readonly string[]): Promise<number> {
  try {
    const options = parseOptions(args);
    if (options.help) {
      process.stdout.write(help);
      return 0;
    }
    if (options.compile) {
      compileGenerator();
      for (const mode of options.modes) if (mode !== 'recover') compileObject(mode);
      return 0;
    }
    return await experiment(options);
  } catch (error) {
    if (!(error instanceof SpoorError)) throw error;
    process.stderr.write(`pressure: ${error.code}: ${error.message}\n`);
    if (error.remedy !== undefined) process.stderr.write(`  ${error.remedy}\n`);
    return 2;
  }
}

async function experiment(options: Options): Promise<number> {
  const settings = settingsOf(options);
  const outcomes = settings.map((): Outcome[] => []);
  const total = settings.length * options.runs;
  // Run by run, so that what else the machine does falls on all settings alike.
  for (let round = 0; round < options.runs; round++) {
    for (const [index, setting] of settings.entries()) {
      const outcome = await runExperiment(setting);
      outcomes[index]!.push(outcome);
      process.stderr.write(
        `${round * settings.length + index + 1}/${total} ${described(setting)}: ${told(outcome)}\n`,
      );
    }
  }
  const summaries = outcomes.map(summarize);
  process.stdout.write(`\n${table(summaries)}`);
  save(options, summaries);
  return summaries.every(({ good, runs }) => good === runs) ? 0 : 1;
}

function described({ mode, entries, saboteur }: Setting): string {
  return `${mode}, ${entries ?? 'default'} entries${saboteur ? ', saboteur' : ''}`;
}

function told(outcome: Outcome): string {
  const { expected, right, lost } = outcome.comparison.total;
  const faults = faultsOf(outcome);
  const figures = `${percent(right / expected)} of ${expected} events right, ${lost} lost`;
  if (faults.length === 0) return figures;
  const examples = outcome.comparison.faults.slice(0, 10).map((fault) => `\n    ${fault}`);
  return `${figures}; does not hold: ${faults.join('; ')}${examples.join('')}`;
}

function save({ out, byCpu }: Options, summaries: readonly Summary[]): void {
  const machine = { kernel: release(), cpus: availableParallelism(), node: process.version };
  const files: Readonly<Record<string, string>> = {
    'pressure.svg': picture(summaries, machine),
    ...(byCpu ? { 'pressure-by-cpu.svg': pictureByCpu(summaries, machine) } : {}),
    'pressure.txt': table(summaries).trimEnd(),
    'pressure.json': JSON.stringify({ machine, settings: summaries }, null, 2),
  };
  mkdirSync(out, { recursive: true });
  for (const [name, text] of Object.entries(files)) writeFileSync(join(out, name), `${text}\n`);
  process.stdout.write(
    `\n${Object.keys(files)
      .map((name) => join(out, name))
      .join(', ')}\n`,
  );
}
