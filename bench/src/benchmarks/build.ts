import { spawnSync } from 'node:child_process';
import { cpSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Bench, Benchmark } from '../bench.js';
import { type Goal, type Measurement, timesOf } from '../finding.js';
import { bpftraceExecs } from '../peers/commands.js';
import { debianSource } from '../programs/debian-source.js';
import { reasonOf } from '../programs/tools.js';
import { measureStorm } from '../storm/measure.js';
import { followingAll, type Storm, untraced } from '../storm/storms.js';

/** A project in C that is built in some seconds, by some hundred processes. */
const source = 'lua5.4';
const packageName = 'eslint';
const cache = fileURLToPath(new URL('../../../.tools/bench-npm-cache', import.meta.url));

/** Percent that "spoor, following, every event" may add. */
const limits = { build: 3, install: 5 };

const once = { many: 1, few: 1, rounds: 4 } as const;
const execs = { events: 'exec', snoop: 'execsnoop', script: bpftraceExecs, calls: 'execve' } as const;

/** In a smoke test a loop of the shell takes the place of what would have to be fetched. */
const loop = 'for n in 1 2 3 4 5 6 7 8; do /bin/true; done';

function build({ quick }: Bench): Storm | { readonly absent: string } {
  if (quick) {
    return {
      ...once,
      ...execs,
      id: 'build',
      title: 'A loop of the shell',
      before: [],
      line: () => `run ${loop}`,
    };
  }
  const found = debianSource(source, { install: true });
  if ('absent' in found) return { absent: `the sources of ${source}: ${found.absent}` };
  const make = `cd ${found.path}/src && make`;
  return {
    ...once,
    ...execs,
    id: 'build',
    title: `Building ${source}`,
    before: [`run ${make} clean`],
    line: () => `run ${make} -j2 generic 2> /dev/null`,
  };
}

function install({ folder }: Bench): Storm | { readonly absent: string } {
  const title = `npm ci of ${packageName}, from a warm cache`;
  const project = join(folder, 'project');
  cpSync(fileURLToPath(new URL(`../../projects/${packageName}`, import.meta.url)), project, {
    recursive: true,
  });
  mkdirSync(cache, { recursive: true });
  const flags = `--cache ${cache} --no-audit --no-fund`;
  const { status, stderr } = spawnSync('npm', ['ci', ...flags.split(' ')], {
    cwd: project,
    encoding: 'utf8',
  });
  if (status !== 0) return { absent: `npm ci of ${packageName}: ${reasonOf(stderr)}` };
  return {
    ...once,
    ...execs,
    id: 'install',
    title,
    before: [`run rm -rf ${project}/node_modules`],
    line: () => `run cd ${project} && npm ci --offline ${flags} 2> /dev/null`,
  };
}

function goals(measurements: readonly Measurement[]): Goal[] {
  return Object.entries(limits).flatMap(([id, limit]) => {
    const wall = measurements.find((candidate) => candidate.id === `${id}-wall`);
    if (wall === undefined) return [];
    const value = (timesOf(wall, followingAll, untraced) - 1) * 100;
    return [{ text: `${wall.title}: what "${followingAll}" adds`, value, limit, unit: 'percent' }];
  });
}

export const builds: Benchmark = {
  name: 'build',
  title: 'Real work, traced',
  question: 'How much longer does a build take, and an installation by npm, while they are traced?',
  peers: ['execsnoop', 'bpftrace', 'strace'],
  async run(bench) {
    const measurements: Measurement[] = [];
    const absent = bench.peers.absent(this.peers);
    for (const prepare of bench.quick ? [build] : [build, install]) {
      const storm = prepare(bench);
      if ('absent' in storm) {
        absent.push(storm.absent);
        continue;
      }
      const result = await measureStorm(bench, storm);
      measurements.push(...result.measurements);
      absent.push(...result.absent);
    }
    return {
      measurements,
      absent,
      remarks: [
        'On all CPUs. Tracers tell of execs, but for strace -f and the one of every event.',
        'How many events there are is not known before: what is lost is what our tracer counts and does not tell. The others do not count.',
      ],
    };
  },
  goals,
};
