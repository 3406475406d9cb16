import { SpoorError } from '@spoor/core';
import { type ProcessFacts, readProcess, readStartTicks, ticksOfStartTime } from '@spoor/proc';
import type { InitCounters, InitResult } from './init-store.js';
import type { TypedMap } from './typed-map.js';
import { withInit } from './with-init.js';

export interface ProcessInfoOptions<V> {
  /** Builds the record from the facts. The record must have `facts.startTimeNs`. */
  readonly toRecord: (facts: ProcessFacts) => V;
  /**
   * Returns the start time in a record, nanoseconds of boot time. With the tgid it is the identity.
   */
  readonly startTimeNs: (record: V) => bigint;
  /** See `InitOptions.isWhole`: for records that programs change in place. */
  readonly isWhole?: (record: V) => boolean;
  /** The mount point of procfs; `/proc` by default. */
  readonly root?: string;
}

/** Process state that a miss rebuilds; see `processInfo`. */
export interface ProcessInfo<V> {
  readonly map: TypedMap<number, V>;
  /** Live; see `InitCounters`. */
  readonly counters: Readonly<InitCounters>;
  /**
   * Returns the record of a process, from the map or from `/proc`.
   *
   * Without `startTimeNs`, it is the process that has the tgid now. Records are then compared by
   * the 10 ms ticks of `/proc`. A record built from `/proc` has a rounded start time and is
   * `not-stored`: the kernel's programs would take it for another process.
   *
   * @param startTimeNs nanoseconds of boot time, as in the kernel's records and events
   * @throws {SpoorError} IDENTITY_MISMATCH when the process has exited, or another one has its
   * tgid, and the map has no record; INIT_FAILED when `/proc` could not be read or `toRecord` threw
   */
  lookupOrInit(tgid: number, startTimeNs?: bigint): InitResult<V>;
}

/** The wanted process, by its exact start time or by the tick in `/proc`. */
interface Want {
  readonly startTimeNs: bigint | undefined;
  readonly startTicks: bigint;
}

/**
 * `withInit` for process state: tgid to a record with a start time, created from `/proc`. The
 * identity is (tgid, start time), so a tgid that is used again never yields its former owner's
 * record, and a later process's record is never replaced by an earlier one's.
 *
 * @example
 * ```ts
 * const startTimes = processInfo(typedMap(raw, { key: ctype.u32, value: ctype.u64 }), {
 *   toRecord: (facts) => facts.startTimeNs,
 *   startTimeNs: (record) => record,
 * });
 * const { outcome, value } = startTimes.lookupOrInit(process.pid);
 * ```
 */
export function processInfo<V>(map: TypedMap<number, V>, options: ProcessInfoOptions<V>): ProcessInfo<V> {
  const root = options.root ?? '/proc';
  const state = withInit<number, V, Want>(map, {
    init(tgid, want) {
      const facts = readProcess(tgid, {
        root,
        ...(want.startTimeNs === undefined ? {} : { startTimeNs: want.startTimeNs }),
      });
      if (facts === undefined || facts.startTicks !== want.startTicks) throw goneError(tgid);
      return options.toRecord(facts);
    },
    isSame(record, want) {
      const start = options.startTimeNs(record);
      return want.startTimeNs === undefined
        ? ticksOfStartTime(start, root) === want.startTicks
        : start === want.startTimeNs;
    },
    isNewer: (stored, mine) => options.startTimeNs(stored) > options.startTimeNs(mine),
    mayStore: (_, want) => want.startTimeNs !== undefined,
    ...(options.isWhole === undefined ? {} : { isWhole: options.isWhole }),
  });
  return {
    map,
    counters: state.counters,
    lookupOrInit(tgid, startTimeNs) {
      const startTicks =
        startTimeNs === undefined ? readStartTicks(tgid, root) : ticksOfStartTime(startTimeNs, root);
      if (startTicks === undefined) throw goneError(tgid);
      try {
        return state.lookupOrInit(tgid, { startTimeNs, startTicks });
      } catch (error) {
        throw isMismatch(error) ? error.cause : error;
      }
    },
  };
}

function goneError(tgid: number): SpoorError {
  return new SpoorError('IDENTITY_MISMATCH', `process ${tgid} has exited`, { details: { tgid } });
}

function isMismatch(error: unknown): error is SpoorError & { cause: SpoorError } {
  const cause = error instanceof SpoorError ? error.cause : undefined;
  return cause instanceof SpoorError && cause.code === 'IDENTITY_MISMATCH';
}
