import { fstatSync } from 'node:fs';
import { constants } from 'node:os';
import { builtInKernel } from '@spoor/bpf';
import {
  type Check,
  type Checks,
  checkedCopy,
  isArrayOf,
  isNumber,
  isObject,
  isString,
  nearest,
  SpoorError,
  type SpoorErrorCode,
} from '@spoor/core';
import type { SpawnOptions } from './command/held-command.js';
import { expectedNames, isEnvironmentName } from './kernel/environment-names.js';
import { argvLimits } from './kernel/kernel-options.js';
import type { EachOptions, TraceOptions, TuningOptions } from './options.js';

/** The longest delay of a timer in Node.js, in milliseconds: 2^31 - 1. */
const longestDelayMs = 2_147_483_647;

/** The most entries of a map in the kernel. */
const mostMapEntries = 2 ** 32 - 1;

const flag: Check = { expected: 'true or false', isType: (value) => typeof value === 'boolean' };

function oneOf(...names: readonly string[]): Check {
  const isPossible = (value: string) => names.includes(value);
  return { expected: names.map((name) => `"${name}"`).join(' or '), isType: isString, isPossible };
}

function integer(least: number, most: number, code: SpoorErrorCode = 'INVALID_VALUE'): Check {
  const expected =
    most === Number.MAX_SAFE_INTEGER
      ? `a whole number, ${least} or more`
      : `a whole number from ${least} to ${most}`;
  const isPossible = (value: number) => Number.isSafeInteger(value) && value >= least && value <= most;
  return { expected, isType: isNumber, isPossible, code };
}

function group<Options>(checks: Checks<Options>): Check {
  return { expected: 'an object', isType: isObject, group: checks };
}

const environmentNames: Check = {
  expected: expectedNames,
  isType: (value) => isArrayOf(value, isString),
  isPossible: (names: string[]) => names.every(isEnvironmentName),
};

/** `checkRingSize` checks the number: it depends on the page size of the machine. */
const ringSize: Check = { expected: 'a number of bytes', isType: isNumber };

const traceChecks: Checks<TraceOptions> = {
  command: {
    expected: 'a command and its arguments, as an array of strings without NUL characters',
    isType: (value) => isArrayOf(value, isString) || (isObject(value) && 'tgid' in value),
    isPossible: (value: object) => !Array.isArray(value) || (value.length > 0 && !value.some(hasNul)),
  },
  spawn: group<SpawnOptions>({
    cwd: {
      expected: 'a path without NUL characters',
      isType: isString,
      isPossible: (value: string) => !hasNul(value),
    },
    env: {
      expected: 'an object of strings without NUL characters, or "initial"',
      copy: copyOfEnvironment,
      isType: (value) => isString(value) || isObject(value),
      isPossible: (value: string | object) => value === 'initial' || isEnvironment(value),
    },
    stdio: {
      expected:
        '"inherit", "ignore", "pipe", or an array with one of these or an open descriptor per descriptor',
      isType: (value) => isString(value) || Array.isArray(value),
      isPossible: (value: string | unknown[]) =>
        Array.isArray(value) ? value.every(isStream) : ['inherit', 'ignore', 'pipe'].includes(value),
    },
    user: {
      expected: 'a user name, or a user id of 0 or more',
      isType: (value) => isString(value) || isNumber(value),
      isPossible: (value: string | number) => value !== '' && (isString(value) || isUserId(value)),
    },
  }),
  scopes: {
    expected: 'an array of expressions or scopes',
    isType: (value) => isArrayOf(value, (item) => isString(item) || isObject(item)),
  },
  kernel: {
    expected: 'a kernel side: builtInKernel of @spoor/bpf, or one made by @spoor/build',
    isType: (value) => isObject(value) && 'objectPath' in value && 'extensions' in value,
  },
  events: { expected: 'an array of event kinds', isType: (value) => isArrayOf(value, isString) },
  env: environmentNames,
  envValues: environmentNames,
  hash: flag,
  signal: { expected: 'an AbortSignal', isType: (value) => value instanceof AbortSignal },
  processMapSize: integer(1, mostMapEntries, 'MAP_SIZE'),
  maxProcesses: integer(0, Number.MAX_SAFE_INTEGER),
  ringSizes: group<NonNullable<TraceOptions['ringSizes']>>({ lifecycle: ringSize, activity: ringSize }),
  maxLatencyMs: {
    expected: `milliseconds: more than 0, at most ${longestDelayMs}`,
    isType: isNumber,
    isPossible: (value: number) => value > 0 && value <= longestDelayMs,
  },
  tuning: group<TuningOptions>({
    until: oneOf('all', 'command'),
    replaceable: flag,
    sleepsWhenIdle: flag,
    checkLifetime: flag,
    measurePrograms: flag,
    argvLimit: integer(argvLimits.least, argvLimits.most),
  }),
};

const eachChecks: Checks<EachOptions> = {
  pause: { expected: 'a function', isType: (value) => typeof value === 'function' },
};

/**
 * Checks the options of `trace()` at every level, before anything is loaded, and returns a copy of
 * them. An option that is undefined counts as left out.
 *
 * @throws {SpoorError} UNKNOWN_OPTION for an unknown name; UNKNOWN_EVENT for an unknown event kind;
 *   INVALID_VALUE or MAP_SIZE for a value of a wrong type or an impossible value
 */
export function checkTraceOptions(options: TraceOptions): TraceOptions {
  const copy = checkedCopy('trace()', options, traceChecks);
  const known = Object.keys((copy.kernel ?? builtInKernel).events);
  for (const kind of copy.events ?? []) checkEventKind(kind, known);
  return copy;
}

/** @throws {SpoorError} as `checkTraceOptions` */
export function checkEachOptions(options: EachOptions): EachOptions {
  return checkedCopy('each()', options, eachChecks);
}

/** @throws {SpoorError} INVALID_VALUE if this machine has no signal of this name */
export function checkSignal(signal: unknown): void {
  const known = Object.keys(constants.signals);
  if (isString(signal) && known.includes(signal)) return;
  const guess = isString(signal) ? nearest(signal, known) : undefined;
  throw new SpoorError('INVALID_VALUE', `kill(): unknown signal ${JSON.stringify(String(signal))}`, {
    remedy: guess === undefined ? 'Give the name of a signal, such as SIGTERM.' : `Did you mean ${guess}?`,
  });
}

function checkEventKind(kind: string, known: readonly string[]): void {
  if (known.includes(kind)) return;
  const guess = nearest(kind, known);
  const all = `Event kinds are ${known.join(', ')}.`;
  throw new SpoorError('UNKNOWN_EVENT', `trace(): unknown event kind ${JSON.stringify(kind)}`, {
    remedy: guess === undefined ? all : `Did you mean ${guess}? ${all}`,
  });
}

const hasNul = (text: string) => text.includes('\0');

/** Inherited variables count, as in `child_process.spawn`. */
function copyOfEnvironment(value: unknown): unknown {
  if (!isObject(value)) return value;
  const copy: Record<string, unknown> = {};
  for (const name in value) copy[name] = value[name as never];
  return copy;
}

function isEnvironment(value: unknown): boolean {
  const isText = (text: unknown) => isString(text) && !hasNul(text);
  return (
    isObject(value) &&
    Object.entries(value).every(([name, item]) => isText(name) && (item === undefined || isText(item)))
  );
}

/** Returns true for an entry of `stdio`. Of streams, `child_process.spawn` needs a descriptor. */
function isStream(entry: unknown): boolean {
  if (isNumber(entry)) return isOpen(entry);
  if (isString(entry)) return ['inherit', 'ignore', 'pipe', 'overlapped', 'ipc'].includes(entry);
  return entry === undefined || typeof entry === 'object';
}

function isOpen(fd: number): boolean {
  try {
    fstatSync(fd);
    return true;
  } catch {
    return false;
  }
}

const isUserId = (value: unknown) =>
  Number.isInteger(value) && (value as number) >= 0 && (value as number) < 0xffff_ffff;
