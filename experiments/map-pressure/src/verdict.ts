import type { Outcome } from './experiment.js';

/**
 * The standards of a run. `perfect`: every event, every fact. `told`: the fallback's own map is too
 * small, and the facts are right wherever the task or an ancestor still tells. `fails`: the failure
 * that this mode is known for. `anything`: a mode that fails, where nothing makes it.
 */
export type Standard = 'perfect' | 'told' | 'fails' | 'anything';

export function standardOf({ setting, statistics, alive }: Outcome): Standard {
  if (setting.mode === 'recover') return setting.wordsEntries === undefined ? 'perfect' : 'told';
  return setting.saboteur || statistics.mapEntries < alive ? 'fails' : 'anything';
}

/** Returns the faults of a run; none when it meets its standard. */
export function faultsOf(outcome: Outcome): string[] {
  const found = claims[standardOf(outcome)](outcome);
  return [...found, ...soundness(outcome)].flatMap(([holds, claim]) => (holds ? [] : [claim]));
}

/** A claim, and whether it holds. */
type Claim = readonly [holds: boolean, claim: string];

/** Of the experiment itself, whatever the mode. */
function soundness({ setting, alive, reused, comparison }: Outcome): Claim[] {
  return [
    [alive >= setting.processes, `${setting.processes} processes live at once (${alive})`],
    [reused > 0, 'ids were used again'],
    [comparison.total.duplicated === 0, 'no event came twice'],
    [comparison.unexpected === 0, 'nothing came that nobody did'],
  ];
}

/**
 * Without bpf_loop (5.17) ancestors are asked for their words alone, and those the hash can have
 * lost too.
 */
export const asksWordsAlone = ({ statistics: { variants } }: Outcome): boolean =>
  variants['process words'] === 'hash' && variants['ancestors tell by'] === 'words';

const claims: Record<Standard, (outcome: Outcome) => Claim[]> = {
  perfect: (outcome) => {
    const { expected, right } = outcome.comparison.total;
    const told = 'every event has every fact right';
    return [...nothingLost(outcome), [right === expected, told]];
  },

  told: (outcome) => {
    const { comparison, statistics } = outcome;
    const { total, told, shapes } = comparison;
    const shape = (name: string) => shapes.get(name);
    const older = [...shapes].filter(([name]) => name.startsWith('alive'));
    return [
      ...nothingLost(outcome),
      [total.wrongBinary === 0 && total.wrongOther === 0, 'binary and identity are always right'],
      [told.task.forgotten === 0, 'a process that matches itself is followed'],
      [
        told.ancestor.forgotten === 0 || asksWordsAlone(outcome),
        'a process with an ancestor that matches is followed',
      ],
      // Nothing tells that it was started before its parent took the name.
      [
        total.followWrong === (shape('started-before-match')?.followWrong ?? 0),
        'nothing is followed that does not descend from what matches',
      ],
      // Nothing tells that a process older than the trace has executed since.
      [
        total.wrongNew === older.reduce((sum, [, tally]) => sum + tally.wrongNew, 0),
        'what is younger than the trace is new',
      ],
      [statistics.state.wordsLost > 0, 'words were lost, and counted'],
      [statistics.state.ancestorRecoveries > 0, 'ancestors were asked, and counted'],
    ];
  },

  fails: ({ setting, comparison: { total } }) =>
    setting.mode === 'drop'
      ? [[total.lost > 0, 'drop loses events']]
      : [
          [total.forgotten > 0, 'zero forgets who is followed'],
          [total.wrongBinary > 0, 'zero forgets the binary'],
          [total.wrongNew > 0, 'zero forgets what is new'],
        ],

  anything: () => [],
};

/** Delivered + dropped = happened, and dropped is 0. */
function nothingLost({ comparison, statistics }: Outcome): Claim[] {
  const kinds = Object.entries(statistics.events);
  return [
    [comparison.total.lost === 0, 'no event is lost'],
    [kinds.every(([, { dropped }]) => Object.keys(dropped).length === 0), 'no ring dropped an event'],
    [kinds.every(([, kind]) => kind.submitted === kind.delivered), 'what was submitted was delivered'],
  ];
}
