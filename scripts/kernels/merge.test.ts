import { describe, expect, test } from 'vitest';
import { alarms, isSince, type Message, type Run, resultsOf, table } from './merge.mjs';

const passed: Message = {
  say: 'test',
  file: 'packages/a/src/a.kernel.test.ts',
  name: 'group > works',
  status: 'passed',
  ms: 5,
  output: '',
  variants: { words: 'hash' },
};
const kernel = (features: readonly [string, string, boolean][] = []): Message => ({
  say: 'kernel',
  machine: { kernel: '5.10.0-1', possibleCpus: 2 },
  features: features.map(([name, since, available]) => ({ name, since, available, why: 'no such helper' })),
});
const end = (changes: object = {}): Message => ({
  say: 'end',
  status: 0,
  log: [],
  added: [],
  before: { prog: 1, map: 2, link: 0 },
  after: { prog: 1, map: 2, link: 0 },
  ...changes,
});
const runOf = (messages: Message[], changes: Partial<Run> = {}): Run => ({
  version: '5.10',
  messages,
  late: false,
  printed: 'Kernel panic - not syncing',
  ms: 120_000,
  how: 'emulation',
  ...changes,
});
const choices = [{ file: passed.file, tests: ['group works'], covers: '' }];
const failures = (run: Run, of = choices) =>
  resultsOf(run, { isGuest: true, choices: of })
    .filter(({ status }) => status === 'failed')
    .map(({ name, output }) => `${name}: ${output}`);

describe('the results of a kernel', () => {
  test('nothing is wrong with one that ran everything', () => {
    expect(failures(runOf([kernel([['a', '5.8', true]]), passed, end()]))).toEqual([]);
  });

  test('without a report it has failed, with what ran and what was printed last', () => {
    const running: Message = { say: 'running', file: 'f', name: 'hangs' };
    const [panic] = failures(runOf([kernel(), passed, running]));
    expect(panic).toMatch(/it ended without a report.*last begun: f: hangs.*Kernel panic/s);
    expect(failures(runOf([], { late: true }))[0]).toMatch(/no end after 2 minutes.*no test had begun/s);
  });

  test('a test that failed, and one that never said how it ended', () => {
    const names = failures(
      runOf([{ ...passed, status: 'failed' }, { ...passed, status: 'pending' }, end({ status: 1 })]),
    );
    expect(names).toHaveLength(2);
  });

  test('Vitest failed, and no test says why', () => {
    expect(failures(runOf([passed, end({ status: 1 })]))).toEqual([
      expect.stringContaining('Vitest ended with status 1'),
    ]);
  });

  test('a chosen test did not run', () => {
    const other = [{ ...choices[0]!, tests: ['another'] }];
    expect(failures(runOf([passed, end()]), other)).toEqual([expect.stringContaining('no test another')]);
    expect(failures(runOf([{ ...passed, status: 'skipped' }, end()]))).toHaveLength(1);
  });

  test('a probe that says no where the kernel has the feature, and the reverse', () => {
    const probes = kernel([
      ['old', '5.8', false],
      ['new', '5.11', true],
      ['newer', '5.17', false],
    ]);
    expect(failures(runOf([probes, passed, end()]))).toEqual([
      '5.10: probe old: the kernel has it since 5.8, and the probe says: no such helper',
      '5.10: probe new: the kernel has it since 5.11 only, and the probe says that it is there',
    ]);
  });

  test('programs that are left, and warnings', () => {
    const bad = end({ after: { prog: 2, map: 2, link: 0 }, added: ['[1] WARNING: CPU: 0 PID: 1 at bpf'] });
    expect(failures(runOf([passed, bad]))).toEqual([
      '5.10: nothing is left in the kernel: prog: 1 before the tests, 2 after',
      "5.10: no warning in the kernel's log: [1] WARNING: CPU: 0 PID: 1 at bpf",
    ]);
  });

  test('a program that the verifier refuses', () => {
    const refused: Message = { say: 'program', object: 'o', program: 'p', log: '', refused: 'too long' };
    expect(failures(runOf([refused, passed, end()]))).toEqual([
      '5.10: the verifier accepts every program: p of o: too long',
    ]);
  });
});

test('passes over the lines of a usual start', () => {
  const usual = [
    'rcu: Hierarchical RCU implementation.',
    'rcu: RCU calculated value of scheduler-enlistment delay is 25 jiffies.',
    'Rude variant of Tasks RCU enabled.',
    'Command line: quiet rcupdate.rcu_cpu_stall_timeout=300 lsm=yama,bpf',
    'RCU CPU stall warnings timeout set to 300 (rcu_cpu_stall_timeout).',
    'calibrate_delay_direct() failed to get a good estimate for loops_per_jiffy.',
    'LSM: initializing lsm=lockdown,capability,yama,bpf',
  ];
  expect(alarms(usual)).toEqual([]);
  const bad = ['rcu: INFO: rcu_sched self-detected stall on CPU', 'BUG: unable to handle page fault'];
  expect(alarms([...usual, ...bad])).toEqual(bad);
});

test('versions are compared as numbers', () => {
  expect([isSince('5.10', '5.8'), isSince('5.10', '5.11'), isSince('6.1', '5.17 (arm64: 6.0)')]).toEqual([
    true,
    false,
    true,
  ]);
});

test('the table has a column for each kernel, and says what each used', () => {
  const failed = runOf([kernel([['b', '6.0', false]]), { ...passed, status: 'failed' }, end()], {
    version: '6.1',
  });
  const text = table([runOf([kernel(), passed, end()]), failed], { choices });
  expect(text).toMatch(/^test +5\.10 +6\.1\na: group > works +passed +FAILED\n\n/);
  expect(text).toMatch(/^is without +nothing +b$/m);
  expect(text).toMatch(/^uses for words +hash +hash$/m);
  expect(text).toMatch(/^programs and maps after +1 and 2 +1 and 2$/m);
});
