import { eventKinds } from '@spoor/bpf';
import { nearest, SpoorError, type SpoorErrorCode } from '@spoor/core';
import type { SpawnOptions } from './command/held-command.js';
import { argvLimits } from './kernel/load-kernel-side.js';
import type { EachOptions, TraceOptions, TuningOptions } from './options.js';

/** Describes the valid values of an option. */
interface Check {
  /** Completes the sentence "expected …". */
  readonly expected: string;
  /** Returns true if the value has the right type. */
  readonly isType: (value: unknown) => boolean;
  /** Returns true if a value of the right type is possible. */
  readonly isPossible?: (value: never) => boolean;
  /** The error code for an impossible value. Default: `INVALID_VALUE`. */
  readonly code?: SpoorErrorCode;
  /** The options of a group. */
  readonly group?: Checks<object>;
}

/** One row per option: an option without a check is a type error. */
type Checks<Options> = Readonly<Record<keyof Required<Options>, Check>>;

/** The longest delay of a timer in Node.js, in milliseconds: 2^31 - 1. */
const longestDelayMs = 2_147_483_647;

/** The most entries of a map in the kernel. */
const mostMapEntries = 2 ** 32 - 1;

const isNumber = (value: unknown) => typeof value === 'number';
const isString = (value: unknown) => typeof value === 'string';
const isObject = (value: unknown): value is object =>
  typeof value === 'object' && value !== null && !Array.isArray(value);
const isArrayOf = (value: unknown, isItem: (item: unknown) => boolean) =>
  Array.isArray(value) && value.every(isItem);

const flag: Check = { expected: 'true or false', isType: (value) => typeof value === 'boolean' };
const string: Check = { expected: 'a string', isType: isString };

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

/** `checkRingSize` checks the number: it depends on the page size of the machine. */
const ringSize: Check = { expected: 'a number of bytes', isType: isNumber };

const traceChecks: Checks<TraceOptions> = {
  command: {
    expected: 'a command and its arguments, as an array of strings',
    isType: (value) => isArrayOf(value, isString) || (isObject(value) && 'tgid' in value),
    isPossible: (value: object) => 'tgid' in value || (value as readonly string[]).length > 0,
  },
  spawn: group<SpawnOptions>({
    cwd: string,
    env: {
      expected: 'an object of strings or "initial"',
      isType: (value) => isString(value) || isObject(value),
      isPossible: (value: string | object) => value === 'initial' || isEnvironment(value),
    },
    stdio: {
      expected: '"inherit", "ignore", "pipe", or an array with one of these or a descriptor per descriptor',
      isType: (value) => isString(value) || Array.isArray(value),
      isPossible: (value: string | unknown[]) =>
        Array.isArray(value) || ['inherit', 'ignore', 'pipe'].includes(value),
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
  events: { expected: 'an array of event kinds', isType: (value) => isArrayOf(value, isString) },
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
 * Checks the options of `trace()` at every level, before anything is loaded. An option that is
 * undefined counts as left out.
 *
 * @throws {SpoorError} UNKNOWN_OPTION for an unknown name; UNKNOWN_EVENT for an unknown event kind;
 *   INVALID_VALUE or MAP_SIZE for a value of a wrong type or an impossible value
 */
export function checkTraceOptions(options: TraceOptions): void {
  check('trace()', options, traceChecks);
  for (const kind of options.events ?? []) checkEventKind(kind);
}

/** @throws {SpoorError} as `checkTraceOptions` */
export function checkEachOptions(options: EachOptions): void {
  check('each()', options, eachChecks);
}

function check(where: string, options: object, checks: Readonly<Record<string, Check>>): void {
  if (!isObject(options)) {
    throw new SpoorError(
      'INVALID_VALUE',
      `${where}: expected an object of options, got ${typeName(options)}`,
      {
        remedy: `Options are ${Object.keys(checks).join(', ')}.`,
      },
    );
  }
  checkGroup({ where, prefix: '' }, options, checks);
}

/** Names the call, and the groups that an option lies in: `ringSizes.`. */
interface Place {
  readonly where: string;
  readonly prefix: string;
}

function checkGroup(place: Place, options: object, checks: Readonly<Record<string, Check>>): void {
  const { where, prefix } = place;
  for (const [name, value] of Object.entries(options)) {
    if (!Object.hasOwn(checks, name)) throw unknownOption(place, name, Object.keys(checks));
    if (value === undefined) continue;
    const { expected, isType, isPossible, code = 'INVALID_VALUE', group: inner } = checks[name]!;
    const isRightType = isType(value);
    if (!isRightType || isPossible?.(value as never) === false) {
      const got = isNumber(value) ? String(value) : typeName(value);
      throw new SpoorError(
        isRightType ? code : 'INVALID_VALUE',
        `${where}: invalid value for ${prefix}${name}: expected ${expected}, got ${got}`,
        {
          remedy: `Give ${expected}, or leave ${prefix}${name} out.`,
          // A value of another type may be long or secret.
          details: { option: `${prefix}${name}`, expected, ...(isNumber(value) ? { value } : {}) },
        },
      );
    }
    if (inner !== undefined) checkGroup({ where, prefix: `${prefix}${name}.` }, value, inner);
  }
}

function unknownOption({ where, prefix }: Place, name: string, known: readonly string[]): SpoorError {
  const guess = nearest(name, known);
  const names = known.map((one) => `${prefix}${one}`).join(', ');
  return new SpoorError('UNKNOWN_OPTION', `${where}: unknown option ${JSON.stringify(`${prefix}${name}`)}`, {
    remedy: guess === undefined ? `Options are ${names}.` : `Did you mean ${prefix}${guess}?`,
  });
}

function checkEventKind(kind: string): void {
  const known: readonly string[] = eventKinds;
  if (known.includes(kind)) return;
  const guess = nearest(kind, known);
  const all = `Event kinds are ${known.join(', ')}.`;
  throw new SpoorError('UNKNOWN_EVENT', `trace(): unknown event kind ${JSON.stringify(kind)}`, {
    remedy: guess === undefined ? all : `Did you mean ${guess}? ${all}`,
  });
}

function isEnvironment(value: unknown): boolean {
  return isObject(value) && Object.values(value).every((item) => item === undefined || isString(item));
}

const isUserId = (value: unknown) =>
  Number.isInteger(value) && (value as number) >= 0 && (value as number) < 0xffff_ffff;

/** Names the type only: a value may be long, or secret, as an environment is. */
function typeName(value: unknown): string {
  if (value === null) return 'null';
  if (Array.isArray(value)) return value.length === 0 ? 'an empty array' : 'an array of other values';
  const type = typeof value;
  return /^[aeiou]/.test(type) ? `an ${type}` : `a ${type}`;
}
