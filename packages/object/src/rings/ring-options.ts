import type { Layout } from '@spoor/btf';
import { type Check, type Checks, checkedCopy, isArrayOf, isNumber, isObject, SpoorError } from '@spoor/core';
import { type OpenPerfBufferOptions, perfChecks } from './open-perf-buffer.js';
import { type OpenRingOptions, ringChecks } from './open-ring.js';
import type { RecordTypes } from './record-decoder.js';
import type { TypedRingOptions } from './typed-ring.js';

/** Options of `LoadedObject.ring`: those of the reading, and those of the buffer. */
export interface RingOptions extends TypedRingOptions, OpenRingOptions, OpenPerfBufferOptions {}

/** The options of a ring without a generated module. */
interface GivenTypes {
  readonly tag?: string;
  readonly records?: RecordTypes['records'];
}

const isFunction = (value: unknown) => typeof value === 'function';
const callback: Check = { expected: 'a function', isType: isFunction };
const milliseconds: Check = {
  expected: 'milliseconds: a number above 0',
  isType: isNumber,
  isPossible: (value: number) => value > 0,
};
const isLayout = (value: unknown) => isObject(value) && typeof (value as Layout).kind === 'string';

const typedChecks: Checks<TypedRingOptions & GivenTypes> = {
  delayMs: milliseconds,
  idleDelayMs: milliseconds,
  budgetMs: milliseconds,
  wakeup: { expected: 'a wake-up', isType: isObject },
  sleep: callback,
  beforeLook: callback,
  signal: { expected: 'an AbortSignal', isType: (value) => value instanceof AbortSignal },
  highWaterMark: {
    expected: 'a whole number of records above 0',
    isType: isNumber,
    isPossible: (value: number) =>
      value > 0 && (Number.isSafeInteger(value) || value === Number.POSITIVE_INFINITY),
  },
  onMalformed: callback,
  tag: { expected: 'the name of a field', isType: (value) => typeof value === 'string' },
  records: {
    expected: 'an array of layouts, or with a tag an object with a layout per value',
    isType: (value) =>
      isArrayOf(value, isLayout) || (isObject(value) && Object.values(value).every(isLayout)),
    isPossible: (value: object) => !Array.isArray(value) || value.length > 0,
  },
};

/** The options of `LoadedObject.ring`, each group for the function that takes it. */
export interface CheckedOptions {
  readonly reading: TypedRingOptions;
  readonly ring: OpenRingOptions;
  readonly perf: OpenPerfBufferOptions;
  /** Undefined if none are given. */
  readonly types: RecordTypes | undefined;
}

/** @throws {SpoorError} UNKNOWN_OPTION, INVALID_VALUE; also if a tag and its records do not fit */
export function checkTypedRingOptions(name: string, options: RingOptions & GivenTypes): CheckedOptions {
  const where = `ring('${name}')`;
  const checks = { ...typedChecks, ...ringChecks, ...perfChecks };
  const { tag, records, longestRecord, bytesPerCpu, onLost, ...reading } = checkedCopy(
    where,
    options,
    checks,
  );
  if ((tag !== undefined) !== isObject(records)) throw misfit(where, tag);
  return {
    reading,
    ring: longestRecord === undefined ? {} : { longestRecord },
    perf: {
      ...(bytesPerCpu === undefined ? {} : { bytesPerCpu }),
      ...(onLost === undefined ? {} : { onLost }),
    },
    types:
      records === undefined ? undefined : ({ ...(tag !== undefined && { tag }), records } as RecordTypes),
  };
}

function misfit(where: string, tag: string | undefined): SpoorError {
  const message =
    tag === undefined
      ? `${where}: records by value need the tag that has the value`
      : `${where}: the tag ${tag} needs the records of its values`;
  return new SpoorError('INVALID_VALUE', message, {
    remedy: `For example: { tag: '${tag ?? 'kind'}', records: { 1: Fork, 2: Exec } }.`,
  });
}
