import { parseArgs } from 'node:util';
import { SpoorError } from '@spoor/core';
import type { MissMode, Setting } from './experiment.js';

export interface Options {
  readonly help: boolean;
  /** Only compile the generator and the objects. */
  readonly compile: boolean;
  readonly runs: number;
  readonly modes: readonly MissMode[];
  /** Undefined: the default of the machine. */
  readonly entries: readonly (number | undefined)[];
  readonly saboteurs: readonly boolean[];
  readonly taskStorage: boolean;
  readonly wordsEntries: number | undefined;
  readonly processes: number;
  /** A picture of the misses by CPU besides. */
  readonly byCpu: boolean;
  /** Folder for the picture and the figures. */
  readonly out: string;
}

const allModes: readonly MissMode[] = ['drop', 'zero', 'recover'];

export const help = `The process map under pressure: the same trees of processes, run three ways.

  drop      a miss loses the event, as tracers once did
  zero      a miss gives an empty record, as the usual fix does
  recover   a miss is answered with a record rebuilt from the task

Each process writes down what it is and does; what the trace says is compared with that. Needs root.

Usage: pnpm pressure [options]

  --full               5,000 processes alive at once (default: 300)
  --processes N        as many as that
  --runs N             each setting so many times (default: 1)
  --modes LIST         of drop, zero, recover (default: all)
  --entries LIST       of the process map: numbers, and "default" (default: 100,1024,10240,default)
  --no-saboteur        without the runs in which every entry of the map is deleted as fast as can be
  --no-task-storage    what has to outlive an eviction is kept in a hash, as on kernels before 5.11
  --words-entries N    entries of that hash: too few show what ancestors and tasks still tell
  --by-cpu             also a picture of the misses on each CPU, pressure-by-cpu.svg
  --compile            compile the generator and the BPF objects, and run nothing
  --out DIR            for pressure.svg and pressure.json (default: .reports/pressure)
  --help

Ends with 1 when recover is not perfect, or when the others do not show the failures that they are known for.
`;

/** @throws SpoorError `USAGE`, `UNKNOWN_OPTION`, `INVALID_VALUE` */
export function parseOptions(args: readonly string[]): Options {
  const values = readArguments(args);
  const number = (name: string, value: string) => {
    if (/^[1-9]\d{0,8}$/.test(value)) return Number(value);
    throw new SpoorError('INVALID_VALUE', `--${name} takes a number from 1, not ${JSON.stringify(value)}`);
  };
  const modes = values.modes?.split(',') ?? allModes;
  for (const mode of modes) {
    if ((allModes as readonly string[]).includes(mode)) continue;
    throw new SpoorError('INVALID_VALUE', `There is no mode ${JSON.stringify(mode)}`, {
      remedy: `Modes are ${allModes.join(', ')}.`,
    });
  }
  const entries = (values.entries ?? '100,1024,10240,default').split(',');
  return {
    help: values.help ?? false,
    compile: values.compile ?? false,
    runs: number('runs', values.runs ?? '1'),
    modes: modes as MissMode[],
    entries: entries.map((value) => (value === 'default' ? undefined : number('entries', value))),
    saboteurs: values['no-saboteur'] ? [false] : [false, true],
    taskStorage: !values['no-task-storage'],
    wordsEntries:
      values['words-entries'] === undefined ? undefined : number('words-entries', values['words-entries']),
    processes: number('processes', values.processes ?? (values.full ? '5000' : '300')),
    byCpu: values['by-cpu'] ?? false,
    out: values.out ?? '.reports/pressure',
  };
}

function readArguments(args: readonly string[]) {
  try {
    return parseArgs({
      args: [...args],
      options: {
        help: { type: 'boolean', short: 'h' },
        full: { type: 'boolean' },
        compile: { type: 'boolean' },
        processes: { type: 'string' },
        runs: { type: 'string' },
        modes: { type: 'string' },
        entries: { type: 'string' },
        'no-saboteur': { type: 'boolean' },
        'no-task-storage': { type: 'boolean' },
        'words-entries': { type: 'string' },
        'by-cpu': { type: 'boolean' },
        out: { type: 'string' },
      },
    }).values;
  } catch (cause) {
    throw new SpoorError('USAGE', (cause as Error).message, { remedy: 'See --help.', cause });
  }
}

/** Every run that was asked for, once. */
export function settingsOf(options: Options): Setting[] {
  const { taskStorage, wordsEntries, processes } = options;
  return options.modes.flatMap((mode) =>
    options.entries.flatMap((entries) =>
      options.saboteurs.map((saboteur) => ({
        mode,
        entries,
        saboteur,
        taskStorage,
        wordsEntries,
        processes,
      })),
    ),
  );
}
