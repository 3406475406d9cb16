import process from 'node:process';
import { fileURLToPath } from 'node:url';
import { atScale, type Bench, type Benchmark } from '../bench.js';
import { type Goal, hasSeries, type Measurement, timesOf } from '../finding.js';
import { interleave, type Variant } from '../measure/interleave.js';
import { compileBpf, compileC } from '../programs/compile.js';
import { Launched } from '../programs/launched.js';
import { npmPeer } from '../programs/tools.js';

const childPath = fileURLToPath(new URL('../maps/child.js', import.meta.url));
const entries = 10_000;

/** The compared programs. */
const c = 'libbpf in C';
const ours = 'typed map';
const npm = 'npm bpf 1.3.0';
const forEach = `${ours}, forEach`;

interface Action {
  readonly id: string;
  readonly title: string;
  /** The input line of each program. */
  readonly lines: Readonly<Record<string, { readonly who: string; readonly line: string }>>;
}

const same = (line: string) => ({
  [c]: { who: c, line },
  [ours]: { who: ours, line },
  [npm]: { who: npm, line },
});

const actions: readonly Action[] = [
  {
    id: 'get',
    title: 'Get',
    lines: { ...same('get'), [`${ours}, getInto`]: { who: ours, line: 'get-into' } },
  },
  { id: 'set', title: 'Set', lines: same('set') },
  { id: 'set-many', title: 'Set many, in batches of 256', lines: same('set-many') },
  {
    id: 'iterate',
    title: 'Iterate, in batches',
    lines: { ...same('iterate'), [forEach]: { who: ours, line: 'for-each' } },
  },
];

/**
 * Limits for a get and for an entry of a batch: multiples of what C takes, and of what the other
 * package for Node.js takes.
 */
const limits = { get: 2, batch: 1.2, peer: 0.5 };

function goals(measurements: readonly Measurement[]): Goal[] {
  return measurements.flatMap((measurement) => {
    const { id, title } = measurement;
    const limit = id === 'get' ? limits.get : limits.batch;
    const judged = id === 'iterate' ? forEach : ours;
    const goal = (than: string, most: number): Goal => ({
      text: `${title}: ${judged} of ${than}`,
      value: timesOf(measurement, judged, than),
      limit: most,
      unit: 'times',
    });
    return [
      ...(id === 'set' ? [] : [goal(c, limit)]),
      ...(hasSeries(measurement, npm) ? [goal(npm, limits.peer)] : []),
    ];
  });
}

function start({ signal, quick }: Bench): { running: Map<string, Launched>; absent: string[] } {
  const running = new Map<string, Launched>();
  const object = compileBpf('table');
  running.set(c, new Launched([compileC('maps', { libraries: ['bpf'] }), String(entries)], { signal }));
  running.set(ours, new Launched([process.execPath, childPath, 'ours', object, String(entries)], { signal }));
  const peer = npmPeer('npm-bpf', 'node_modules/bpf', { install: !quick });
  if ('absent' in peer) return { running, absent: [`${npm}: ${peer.absent}`] };
  running.set(
    npm,
    new Launched([process.execPath, childPath, 'npm', peer.path, String(entries)], { signal }),
  );
  return { running, absent: [] };
}

export const maps: Benchmark = {
  name: 'maps',
  title: 'Calls on a map',
  question:
    'How long does an entry take, with typed keys and values, beside libbpf in C and the npm package bpf?',
  peers: [],
  async run(bench) {
    const { running, absent } = start(bench);
    try {
      const measurements: Measurement[] = [];
      for (const { id, title, lines } of actions) {
        const variants = Object.entries(lines).flatMap(([name, { who, line }]): Variant[] => {
          const child = running.get(who);
          if (child === undefined) return [];
          const side = who === ours ? 'ours' : 'peer';
          return [{ name, side, run: async () => ({ ns: await child.do(line) }) }];
        });
        const rounds = atScale(bench, 20, 1);
        const samples = await interleave(variants, {
          rounds,
          warmUp: atScale(bench, 5, 0),
          signal: bench.signal,
          onStep: ({ round, name }) => bench.progress(`${title}, round ${round + 1} of ${rounds}: ${name}`),
        });
        measurements.push({
          id,
          title: `${title}: an entry takes`,
          unit: 'ns',
          base: c,
          series: samples.series('ns'),
        });
      }
      return {
        measurements,
        absent,
        remarks: [
          `A hash of ${entries.toLocaleString('en-US')} entries, with keys of 4 bytes and values of 48: eight fields, all of them read or written, in a process each. An iteration gives objects of JavaScript; in C it sums up what lies in the buffer.`,
          '"typed map" iterates by for…of, which makes an object for each result and for each pair; forEach, which is there for speed, is what is judged.',
        ],
      };
    } finally {
      for (const child of running.values()) await child[Symbol.asyncDispose]();
    }
  },
  goals,
};
