import { expect, it } from 'vitest';
import { checkEachOptions, checkTraceOptions } from './check-options.js';
import { trace } from './trace.js';

it('takes every option, and one that is undefined as left out', () => {
  const options = {
    command: ['true'],
    scopes: ['uid=0', { name: 'x', filters: [], follows: false, events: [] }],
    events: ['exec'],
    signal: new AbortController().signal,
    replaceable: false,
    mapEntries: 1024,
    rememberedProcesses: 0,
    ringSizes: { lifecycle: 4096, activity: 4096 },
    latencyMs: 40,
    sleepsWhenIdle: true,
    checkLifetime: true,
    measurePrograms: true,
    argvLimit: 4096,
    experiment: { missMode: 'recover' as const, taskStorage: true, wordsEntries: 8 },
  };
  expect(() => checkTraceOptions(options)).not.toThrow();
  expect(() => checkTraceOptions({ command: undefined } as never)).not.toThrow();
  expect(() => checkEachOptions({ pause: () => undefined })).not.toThrow();
});

it.each([
  [{ comand: ['ls'] }, 'UNKNOWN_OPTION', 'trace() has no option "comand"', 'Did you mean command?'],
  [{ xyzzy: 1 }, 'UNKNOWN_OPTION', 'trace() has no option "xyzzy"', /^Options are command, /],
  [{ ringSizes: { lifecycel: 1 } }, 'UNKNOWN_OPTION', 'ringSizes has no option "lifecycel"', /lifecycle\?$/],
  [{ command: 'ls' }, 'INVALID_VALUE', 'trace(): command is a string, not an array of strings', /^Give /],
  [{ command: ['ls', 1] }, 'INVALID_VALUE', /^trace\(\): command is an array of something else, /, /./],
  [{ events: { exec: true } }, 'INVALID_VALUE', 'trace(): events is an object, not an array of strings', /./],
  [{ scopes: 'uid=0' }, 'INVALID_VALUE', /^trace\(\): scopes is a string, not an array of /, /./],
  [{ mapEntries: '8' }, 'INVALID_VALUE', 'trace(): mapEntries is a string, not a number', /./],
  [{ replaceable: 0 }, 'INVALID_VALUE', 'trace(): replaceable is a number, not true or false', /./],
  [{ signal: null }, 'INVALID_VALUE', 'trace(): signal is null, not an AbortSignal', /./],
  ['ls', 'INVALID_VALUE', 'trace() takes an object of options, not a string', /./],
])('refuses %j', async (options, code, message, remedy) => {
  await expect(trace(options as never)).rejects.toMatchObject({
    code,
    message: typeof message === 'string' ? message : expect.stringMatching(message),
    remedy: typeof remedy === 'string' ? remedy : expect.stringMatching(remedy),
  });
});

it('refuses options of each()', () => {
  expect(() => checkEachOptions({ puase: () => undefined } as never)).toThrow('each() has no option "puase"');
  expect(() => checkEachOptions({ pause: 5 } as never)).toThrow('each(): pause is a number, not a function');
});
