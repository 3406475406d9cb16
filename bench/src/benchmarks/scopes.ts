import type { Scope } from '@spoor/filter';
import { trace } from '@spoor/tracer';
import { atScale, type Benchmark } from '../bench.js';
import { differenceOf, type Goal, type Measurement, measurementOf } from '../finding.js';
import { bpfTime, bpfTimeSince, happened, nsPerSyscallEvent, syscallProgram } from '../measure/bpf-time.js';
import { interleave, type Variant } from '../measure/interleave.js';
import { startWork } from '../programs/work.js';

const execProgram = 'on_sched_process_exec';

/** Takes everything and asks nothing: what an event costs at least. */
const everything: Scope = { name: 'everything', filters: [], follows: false, events: [] };

/** The work runs as root. */
const fits = 'uid=0';
/** User ids that nobody has. */
const others = (count: number) => Array.from({ length: count }, (_, index) => `uid=${900_001 + index}`);

/**
 * One filter of every kind, each of which holds for the work: `pid` from one on, namespaces that
 * are not this one, ….
 */
const everyKind = [
  'uid=0',
  'gid=0',
  'pid>0',
  'tid>0',
  'ppid>=0',
  'mntns!=1',
  'pidns!=1',
  'netns!=1',
  'uts!=1',
  '!container',
  // The kernel's threads: it has to be a process that is there.
  'tree!=2',
  'cgroup!=4294967295',
  'comm!=nobody,no*,*body',
  'exe!=/nowhere,/no/*,*/body',
  'new',
].join(' ');

interface Setting {
  readonly name: string;
  readonly scopes: readonly (string | Scope)[];
}

const told = {
  everything: { name: 'one scope without a filter', scopes: [everything] },
  one: { name: '1 scope', scopes: [fits] },
  eight: { name: '8 scopes', scopes: [fits, ...others(7)] },
  many: { name: '64 scopes', scopes: [fits, ...others(63)] },
  kinds: { name: '1 scope, every kind of filter', scopes: [everyKind] },
  manyKinds: {
    name: '64 scopes, every kind of filter',
    scopes: [everyKind, ...Array.from({ length: 63 }, () => everyKind)],
  },
} as const satisfies Record<string, Setting>;

const untold = {
  none: { name: 'no scope', scopes: [] },
  one: { name: '1 scope', scopes: others(1) },
  eight: { name: '8 scopes', scopes: others(8) },
  many: { name: '64 scopes', scopes: others(64) },
} as const satisfies Record<string, Setting>;

/** Nanoseconds that one more scope may add. */
const limitNs = 150;

export const scopes: Benchmark = {
  name: 'scopes',
  title: 'What scopes cost',
  question: 'How long do the BPF programs take for an exec and for an open, by the scopes in force?',
  peers: [],
  async run(bench) {
    const { folder, signal } = bench;
    const execs = atScale(bench, 30, 10);
    const opens = atScale(bench, 1_000, 200);
    const programs = [syscallProgram, execProgram];
    await using tracer = await trace({
      scopes: [],
      events: ['exec', 'open'],
      tuning: { measurePrograms: true },
    });
    const reading = tracer.each(() => undefined);
    await using work = startWork(folder, { signal });

    const measure = async (setting: Setting, openHappens: boolean) => {
      tracer.setScopes(setting.scopes);
      const before = bpfTime(tracer, [execProgram]);
      await work.do(`execs ${execs}`);
      const exec = bpfTimeSince(tracer, [execProgram], before);

      const beforeIdle = bpfTime(tracer, programs.slice(0, 1));
      await work.do(`closes ${opens}`);
      const idle = bpfTimeSince(tracer, [syscallProgram], beforeIdle);

      const beforeOpens = bpfTime(tracer, [syscallProgram]);
      const beforeEvents = happened(tracer, ['open']);
      await work.do(`opens ${opens}`);
      const open = bpfTimeSince(tracer, [syscallProgram], beforeOpens);
      // Of opens that no scope takes no event is made: they are known by their number.
      const events = openHappens ? happened(tracer, ['open']) - beforeEvents : opens;
      return { exec: exec.ns / exec.runs, open: nsPerSyscallEvent(open, events, idle.ns / idle.runs) };
    };
    const variantsOf = (settings: Readonly<Record<string, Setting>>, openHappens: boolean): Variant[] =>
      Object.values(settings).map((setting) => ({
        name: setting.name,
        side: 'ours',
        run: () => measure(setting, openHappens),
      }));

    const rounds = atScale(bench, 50, 1);
    const options = (what: string) => ({
      rounds,
      warmUp: 1,
      signal,
      onStep: ({ round, name }: { round: number; name: string }) =>
        bench.progress(`${what}, round ${round + 1} of ${rounds}: ${name}`),
    });
    const withEvents = await interleave(variantsOf(told, true), options('told'));
    const without = await interleave(variantsOf(untold, false), options('not told'));
    tracer.close();
    await reading;

    const measurements: Measurement[] = [
      {
        id: 'exec',
        title: 'BPF time of an exec that is told',
        unit: 'ns',
        base: told.everything.name,
        series: withEvents.series('exec'),
      },
      {
        id: 'open',
        title: 'BPF time of an open that is told',
        unit: 'ns',
        base: told.everything.name,
        series: withEvents.series('open'),
      },
      {
        id: 'exec-untold',
        title: 'BPF time of an exec in no scope',
        unit: 'ns',
        base: untold.none.name,
        series: without.series('exec'),
      },
      {
        id: 'open-untold',
        title: 'BPF time of an open in no scope',
        unit: 'ns',
        base: untold.none.name,
        series: without.series('open'),
      },
    ];
    return {
      measurements,
      absent: [],
      remarks: [
        `${execs} execs and ${opens.toLocaleString('en-US')} opens a round. One tracer, which can replace its scopes: the code of all kinds of filters is loaded. What is told matches the first scope; the others ask for users that there are not.`,
        'In no scope: who does the work is found out all the same, since a scope that follows could have it.',
      ],
    };
  },
  goals(measurements) {
    const goal = (id: string, base: string): Goal => {
      const measurement = measurementOf(measurements, id);
      return {
        text: `${measurement.title}: what one scope adds`,
        value: differenceOf(measurement, told.one.name, base),
        limit: limitNs,
        unit: 'ns',
      };
    };
    return [goal('exec', told.everything.name), goal('exec-untold', untold.none.name)];
  },
};
