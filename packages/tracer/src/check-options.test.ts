import { builtInKernel, eventKinds } from '@spoor/bpf';
import { expect, it } from 'vitest';
import { checkEachOptions, checkSignal, checkTraceOptions } from './check-options.js';
import type { TraceOptions } from './options.js';
import { trace } from './trace.js';

/** Describes an option for the tests below. */
interface Row {
  readonly valid: readonly unknown[];
  readonly wrongTypes: readonly unknown[];
  readonly impossible?: readonly unknown[];
  readonly code?: string;
}

const flag: Row = { valid: [true, false], wrongTypes: [0, 'yes', null, {}] };
const notNumbers = ['8', true, null, [], 8n];
const notIntegers = [-1, 1.5, Number.NaN, Number.POSITIVE_INFINITY];
const group: Row = { valid: [{}], wrongTypes: ['x', 5, null, []] };
const mapSize: Row = {
  valid: [1, 4_294_967_295],
  wrongTypes: notNumbers,
  impossible: [0, 4_294_967_296, ...notIntegers],
  code: 'MAP_SIZE',
};
const environmentNames: Row = {
  valid: [[], ['CI', 'npm_*', '*', 'N'.repeat(31)]],
  wrongTypes: ['CI', {}, [5], [null]],
  impossible: [[''], ['A=B'], ['*A'], ['A\0'], ['N'.repeat(32)]],
};
const ringSize: Row = { valid: [4096], wrongTypes: notNumbers };

/** The key of an option in a group is `group.option`. */
type Names<Options, Group extends string = ''> = `${Group}${keyof Options & string}`;
type OptionName =
  | Names<TraceOptions>
  | Names<NonNullable<TraceOptions['spawn']>, 'spawn.'>
  | Names<NonNullable<TraceOptions['ringSizes']>, 'ringSizes.'>
  | Names<NonNullable<TraceOptions['tuning']>, 'tuning.'>;

const rows: Readonly<Record<OptionName, Row>> = {
  command: {
    valid: [['ls'], ['ls', '-l'], { tgid: 1 }],
    // biome-ignore lint/suspicious/noSparseArray: callers may pass one.
    wrongTypes: ['ls', ['ls', 1], [, 'ls'], {}, 5, null],
    impossible: [[], ['l\0s'], ['ls', '\0']],
  },
  kernel: { valid: [builtInKernel], wrongTypes: ['x', 5, null, [], {}, { objectPath() {} }] },
  spawn: group,
  'spawn.cwd': { valid: ['/'], wrongTypes: [5, null, ['/']], impossible: ['/tmp\0'] },
  'spawn.env': {
    valid: ['initial', {}, { A: 'b', C: undefined }],
    wrongTypes: [5, null, ['A=b']],
    impossible: ['other', { A: 1 }, { A: null }, { A: '\0' }, { '\0': 'A' }],
  },
  'spawn.stdio': {
    valid: ['inherit', 'ignore', 'pipe', ['pipe', 1, null]],
    wrongTypes: [1, null, {}],
    impossible: ['overlapped', 'none', ['none'], [true], [-1], [999_999]],
  },
  'spawn.user': { valid: ['root', 0], wrongTypes: [null, {}, true], impossible: ['', -1, 0.5, Number.NaN] },
  tuning: group,
  'tuning.until': { valid: ['all', 'command'], wrongTypes: [true, 5, null], impossible: ['', 'none'] },
  env: environmentNames,
  envValues: environmentNames,
  hash: flag,
  scopes: {
    valid: [[], ['uid=0', { name: 'x', filters: [], follows: false, events: [] }]],
    wrongTypes: ['uid=0', {}, [5], [null]],
  },
  events: { valid: [[], [...eventKinds]], wrongTypes: ['exec', { exec: true }, [5]] },
  signal: { valid: [new AbortController().signal], wrongTypes: [null, {}, true, new AbortController()] },
  'tuning.replaceable': flag,
  processMapSize: mapSize,
  maxProcesses: { valid: [0, 1e6], wrongTypes: notNumbers, impossible: notIntegers },
  ringSizes: group,
  'ringSizes.lifecycle': ringSize,
  'ringSizes.activity': ringSize,
  maxLatencyMs: {
    valid: [0.5, 40, 2_147_483_647],
    wrongTypes: notNumbers,
    impossible: [0, -1, Number.NaN, 2_147_483_648],
  },
  'tuning.sleepsWhenIdle': flag,
  'tuning.checkLifetime': flag,
  'tuning.measurePrograms': flag,
  'tuning.argvLimit': {
    valid: [1024, 65_536],
    wrongTypes: notNumbers,
    impossible: [0, 1023, 65_537, ...notIntegers],
  },
};

const named = Object.entries(rows);

/** Returns options in which only this one is set. */
function having(name: string, value: unknown): TraceOptions {
  const [outer = '', inner] = name.split('.');
  return { [outer]: inner === undefined ? value : { [inner]: value } };
}

it.each(named)('%s: accepts valid values, and undefined', (name, { valid }) => {
  for (const value of [...valid, undefined]) {
    expect(() => checkTraceOptions(having(name, value))).not.toThrow();
  }
});

it.each(named)('%s: rejects values of a wrong type', async (name, { wrongTypes }) => {
  for (const value of wrongTypes) {
    await expect(trace(having(name, value))).rejects.toMatchObject({
      code: 'INVALID_VALUE',
      message: expect.stringContaining(`trace(): invalid value for ${name}: expected `),
      remedy: expect.stringMatching(/^Give .+, or leave .+ out\.$/),
    });
  }
});

const limited = named.filter(([, { impossible }]) => impossible !== undefined);

it.each(limited)('%s: rejects impossible values', async (name, { impossible, code = 'INVALID_VALUE' }) => {
  for (const value of impossible ?? []) {
    await expect(trace(having(name, value))).rejects.toMatchObject({
      code,
      message: expect.stringContaining(`trace(): invalid value for ${name}: expected `),
    });
  }
});

it.each(named)('%s: is suggested for a misspelled name', async (name) => {
  const misspelled = `${name}x`;
  await expect(trace(having(misspelled, 1))).rejects.toMatchObject({
    code: 'UNKNOWN_OPTION',
    message: `trace(): unknown option "${misspelled}"`,
    remedy: `Did you mean ${name}?`,
  });
});

it.each(eventKinds)('event kind %s: is suggested for a misspelled name', async (kind) => {
  await expect(trace({ events: ['exec', `${kind}x` as 'exec'] })).rejects.toMatchObject({
    code: 'UNKNOWN_EVENT',
    message: `trace(): unknown event kind "${kind}x"`,
    remedy: expect.stringMatching(`^Did you mean ${kind}\\? Event kinds are fork, `),
  });
});

it.each([
  [{ xyzzy: 1 }, 'UNKNOWN_OPTION', /"xyzzy"/, /^Options are command, spawn, /],
  [
    { ringSizes: { xyzzy: 1 } },
    'UNKNOWN_OPTION',
    /"ringSizes\.xyzzy"/,
    /^Options are ringSizes\.lifecycle, /,
  ],
  [{ toString: 1 }, 'UNKNOWN_OPTION', /"toString"/, /./],
  [{ events: ['xyzzy-plugh'] }, 'UNKNOWN_EVENT', /"xyzzy-plugh"/, /^Event kinds are fork, /],
  ['ls', 'INVALID_VALUE', /^trace\(\): expected an object of options, got a string$/, /./],
  [null, 'INVALID_VALUE', /got null$/, /./],
])('rejects %j', async (options, code, message, remedy) => {
  await expect(trace(options as never)).rejects.toMatchObject({
    code,
    message: expect.stringMatching(message),
    remedy: expect.stringMatching(remedy),
  });
});

it('does not show the values of an environment', async () => {
  const env = { PASSWORD: 'hunter2', A: 1 } as never;
  const error: Error = await trace({ command: ['true'], spawn: { env } }).then(
    () => expect.fail(),
    (cause) => cause,
  );
  expect(JSON.stringify([error.message, error])).not.toContain('hunter2');
});

it('reads each option once, and inherited options too', async () => {
  let reads = 0;
  const options = {
    get command() {
      reads += 1;
      return reads === 1 ? ['ls'] : ['ls', 7];
    },
  };
  expect(checkTraceOptions(options as never)).toEqual({ command: ['ls'] });
  expect(reads).toBe(1);
  const inherited = Object.create({ command: ['ls'], tuning: { until: 'command' } });
  expect(checkTraceOptions(inherited)).toEqual({ command: ['ls'], tuning: { until: 'command' } });
  await expect(trace(Object.create({ command: 'ls' }))).rejects.toMatchObject({ code: 'INVALID_VALUE' });
  await expect(trace(Object.create({ comand: ['ls'] }))).rejects.toMatchObject({ code: 'UNKNOWN_OPTION' });
  const env = Object.create({ A: 'inherited' }, { B: { value: 'own', enumerable: true } });
  expect(checkTraceOptions({ spawn: { env } })).toEqual({ spawn: { env: { A: 'inherited', B: 'own' } } });
});

it.each([
  [[{}], 'INVALID_VALUE', 'scopes[0]: expected a name, got undefined'],
  [['uid=0', {}], 'INVALID_VALUE', 'scopes[1]: expected a name, got undefined'],
  [
    [{ name: 'q', filters: [{ kind: 'nope' }], follows: false, events: [] }],
    'UNKNOWN_FILTER',
    "filter 'nope'",
  ],
])('rejects scopes %j before the load', async (scopes, code, message) => {
  const tracing = trace({ scopes: scopes as never });
  await expect(tracing).rejects.toMatchObject({ code, message: expect.stringContaining(message) });
});

it('copies arrays, so that a later change has no effect', () => {
  const command = ['ls'];
  const copy = checkTraceOptions({ command });
  command.push('-l');
  expect(copy).toEqual({ command: ['ls'] });
});

it('loads nothing for a signal that has aborted', async () => {
  const reason = new Error('enough');
  await expect(trace({ command: ['true'], signal: AbortSignal.abort(reason) })).rejects.toMatchObject({
    code: 'WRONG_PHASE',
    message: 'trace(): the signal had aborted before the call',
    cause: reason,
  });
});

it('suggests the name of a signal', () => {
  expect(() => checkSignal('SIGTERM')).not.toThrow();
  for (const signal of ['SIGFOO', 'toString', '', 15, null, undefined]) {
    expect(() => checkSignal(signal)).toThrow(
      expect.objectContaining({ code: 'INVALID_VALUE', message: `kill(): unknown signal "${signal}"` }),
    );
  }
  expect(() => checkSignal('SIGTREM')).toThrow(expect.objectContaining({ remedy: 'Did you mean SIGTERM?' }));
});

it('checks the options of each()', () => {
  expect(() => checkEachOptions({ pause: () => undefined })).not.toThrow();
  expect(() => checkEachOptions({ puase: () => undefined } as never)).toThrow(
    'each(): unknown option "puase"',
  );
  expect(() => checkEachOptions({ pause: 5 } as never)).toThrow(
    'each(): invalid value for pause: expected a function, got 5',
  );
});
