import type { Benchmark } from '../bench.js';
import { differenceOf, type Goal, hasSeries, type Measurement, measurementOf } from '../finding.js';
import { measureStorm } from '../storm/measure.js';
import { attached, following, followingAll, storms, straced, untraced } from '../storm/storms.js';

/**
 * Limits: the cost of the other tools, half of it with nothing in scope, and a tenth of the cost of
 * strace.
 */
const shares = { following: 1, attached: 0.5, straced: 0.1 };

/** The goals are about the storm of execs. */
function goalsOf(wall: Measurement, snoop: string): Goal[] {
  const added = (name: string) => differenceOf(wall, name, untraced);
  const goal = (name: string, than: string, limit: number): Goal[] =>
    hasSeries(wall, than)
      ? [
          {
            text: `${wall.title}: what "${name}" adds, of what ${than} adds`,
            value: added(name) / added(than),
            limit,
            unit: 'times',
          },
        ]
      : [];
  return [
    ...goal(following, snoop, shares.following),
    ...goal(attached, snoop, shares.attached),
    ...goal(following, straced, shares.straced),
  ];
}

export const storm: Benchmark = {
  name: 'storm',
  title: 'The traced program',
  question:
    'How much longer does a storm of execs, of opens and of connections take while it is traced, and does the tracer keep up?',
  peers: ['execsnoop', 'opensnoop', 'tcpconnect', 'bpftrace', 'strace'],
  async run(bench) {
    const measurements: Measurement[] = [];
    const absent = bench.peers.absent(this.peers);
    for (const candidate of storms) {
      const result = await measureStorm(bench, candidate);
      measurements.push(...result.measurements);
      absent.push(...result.absent);
    }
    return {
      measurements,
      absent,
      remarks: [
        'The traced program stays on one CPU; where its tracer runs is left to the scheduler. Whatever a tracer tells goes to a file, in whole blocks.',
        `"${following}" has a scope that the storm is in, and that follows; "${attached}" has one that it is not in. The CPU time of a tracer is its own, until it has written everything; what it spends inside the traced program is in that program's time.`,
        `"${followingAll}" tells of all that the command tells of when it is not asked for less.`,
        'The missing events are the events that happened less those in the output.',
      ],
    };
  },
  goals: (measurements) => goalsOf(measurementOf(measurements, 'exec-wall'), 'execsnoop'),
};
