import type { Benchmark } from './bench.js';

export function helpText(benchmarks: readonly Benchmark[]): string {
  const width = Math.max(...benchmarks.map(({ name }) => name.length));
  const rows = benchmarks.map(({ name, title }) => `  ${name.padEnd(width)}  ${title}`);
  return `Measures spoor beside its peers, in one run, in turn, round by round, in three passes. Needs root.

Usage: pnpm bench [NAME…] [--quick] [--out DIR]

Benchmarks, all unless some are named:
${rows.join('\n')}

  --quick    A smoke test of under a minute: everything runs, nothing is judged, nothing is installed.
             Its results go to .reports/bench.
  --out DIR  Write the results there. Default: bench/results, and the summary docs/benchmarks.md.
             A run of some benchmarks keeps the results of the others. If there are earlier results of
             the same machine, the run ends with how many rows lie in their spread.

Peers that are missing are installed by apt-get, or named as absent. Ctrl-C ends the run, and leaves nothing
attached; what was finished is kept.
`;
}
