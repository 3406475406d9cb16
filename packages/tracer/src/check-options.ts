import { nearest, SpoorError } from '@spoor/core';
import type { CommandOptions } from './gated-command.js';
import type { TraceOptions } from './trace.js';
import type { EachOptions } from './tracer-parts.js';

/** What a value must be, in words, and whether it is. */
type Check = readonly [wanted: string, holds: (value: unknown) => boolean];

const flag: Check = ['true or false', (value) => typeof value === 'boolean'];
const number: Check = ['a number', (value) => typeof value === 'number'];
const texts: Check = ['an array of strings', (value) => isArrayOf(value, (item) => typeof item === 'string')];
const object: Check = ['an object', isObject];
const action: Check = ['a function', (value) => typeof value === 'function'];
const text: Check = ['a string', (value) => typeof value === 'string'];

/** One row per option, so that an option without a check is a type error. */
type Checks<Options> = Readonly<Record<keyof Required<Options>, Check>>;

const traceChecks: Checks<TraceOptions> = {
  command: [
    'an array of strings',
    (value) => texts[1](value) || (isObject(value) && 'tgid' in (value as object)),
  ],
  spawn: object,
  until: ['"all" or "command"', (value) => value === 'all' || value === 'command'],
  scopes: [
    'an array of expressions or scopes',
    (value) => isArrayOf(value, (item) => typeof item === 'string' || isObject(item)),
  ],
  events: texts,
  signal: ['an AbortSignal', (value) => value instanceof AbortSignal],
  replaceable: flag,
  mapEntries: number,
  rememberedProcesses: number,
  ringSizes: object,
  latencyMs: number,
  sleepsWhenIdle: flag,
  checkLifetime: flag,
  measurePrograms: flag,
  argvLimit: number,
  experiment: object,
};

const commandChecks: Checks<CommandOptions> = {
  cwd: text,
  env: ['an object or "initial"', (value) => value === 'initial' || isObject(value)],
  stdio: [
    '"inherit", "ignore", "pipe", or an array of descriptors',
    (value) => ['inherit', 'ignore', 'pipe'].includes(value as string) || Array.isArray(value),
  ],
  user: ['a name or an id', (value) => typeof value === 'string' || typeof value === 'number'],
};

const ringSizeChecks: Checks<NonNullable<TraceOptions['ringSizes']>> = {
  lifecycle: number,
  activity: number,
};

const experimentChecks: Checks<NonNullable<TraceOptions['experiment']>> = {
  missMode: text,
  taskStorage: flag,
  wordsEntries: number,
};

const eachChecks: Checks<EachOptions> = { pause: action };

/**
 * Checks what a caller without types may have written wrong, before anything is loaded. Values that are undefined count as
 * left out.
 *
 * @throws {SpoorError} UNKNOWN_OPTION for a name that is no option, INVALID_VALUE for a value of another type
 */
export function checkTraceOptions(options: TraceOptions): void {
  check('trace()', options, traceChecks);
  const { spawn = {}, ringSizes = {}, experiment = {} } = options;
  check('spawn', spawn, commandChecks);
  check('ringSizes', ringSizes, ringSizeChecks);
  check('experiment', experiment, experimentChecks);
}

/** @throws {SpoorError} as `checkTraceOptions` */
export function checkEachOptions(options: EachOptions): void {
  check('each()', options, eachChecks);
}

function check(where: string, options: object, checks: Readonly<Record<string, Check>>): void {
  if (!isObject(options)) {
    throw new SpoorError('INVALID_VALUE', `${where} takes an object of options, not ${typeName(options)}`, {
      remedy: `Options are ${Object.keys(checks).join(', ')}.`,
    });
  }
  for (const [name, value] of Object.entries(options)) {
    if (!Object.hasOwn(checks, name)) throw unknownOption(where, name, Object.keys(checks));
    const [wanted, holds] = checks[name]!;
    if (value === undefined || holds(value)) continue;
    throw new SpoorError('INVALID_VALUE', `${where}: ${name} is ${typeName(value)}, not ${wanted}`, {
      remedy: `Give ${wanted}, or leave ${name} out.`,
    });
  }
}

function unknownOption(where: string, name: string, known: readonly string[]): SpoorError {
  const guess = nearest(name, known);
  return new SpoorError('UNKNOWN_OPTION', `${where} has no option ${JSON.stringify(name)}`, {
    remedy: guess === undefined ? `Options are ${known.join(', ')}.` : `Did you mean ${guess}?`,
  });
}

function isObject(value: unknown): boolean {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function isArrayOf(value: unknown, holds: (item: unknown) => boolean): boolean {
  return Array.isArray(value) && value.every(holds);
}

/** The text of a value may be long, or secret: an environment is among the options. */
function typeName(value: unknown): string {
  if (value === null) return 'null';
  if (Array.isArray(value)) return 'an array of something else';
  const type = typeof value;
  return /^[aeiou]/.test(type) ? `an ${type}` : `a ${type}`;
}
