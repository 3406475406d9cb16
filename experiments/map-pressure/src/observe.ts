import { EventFlag } from '@spoor/bpf/enums';
import type { TracedEvent } from '@spoor/tracer';
import { eventKey } from './truth.js';

/** The facts of one event that can be compared with the truth. */
export interface Observation {
  readonly key: string;
  readonly tgid: number;
  readonly startTicks: number;
  readonly followed: boolean;
  readonly isNew: boolean;
  readonly exe: string;
  readonly unlinked: boolean;
  readonly filename?: string;
  readonly exitCode?: number;
}

const nsPerTick = 10_000_000n;

export interface ObserverOptions {
  /** The prefix of the marks of this run. */
  readonly run: string;
  /** The bit of the scope that follows. */
  readonly followBit: number;
}

/**
 * Returns the facts of an event, or undefined for opens without a mark. Reads the event during the
 * call only.
 */
export function observer({
  run,
  followBit,
}: ObserverOptions): (event: TracedEvent) => Observation | undefined {
  const mark = new RegExp(`/${run}-(\\d+)-(\\d+)$`);
  return (event) => {
    const keyed = keyOf(event, mark);
    if (keyed === undefined || event.kind === 'malformed') return keyed as undefined;
    return {
      ...keyed,
      tgid: event.tgid,
      startTicks: ticksOf(event.startTimeNs),
      followed: (event.matchedScopesLo & (1 << followBit)) !== 0,
      isNew: (event.headerFlags & EventFlag.EVENT_NEW_PROCESS) !== 0,
      exe: event.exe,
      unlinked: (event.headerFlags & EventFlag.EVENT_EXE_UNLINKED) !== 0,
    };
  };
}

type Keyed = Pick<Observation, 'key' | 'filename' | 'exitCode'>;

function keyOf(event: TracedEvent, mark: RegExp): Keyed | undefined {
  switch (event.kind) {
    case 'open': {
      const [, process, number] = mark.exec(event.path) ?? [];
      return process === undefined ? undefined : { key: eventKey.open(Number(process), Number(number)) };
    }
    case 'fork': {
      const startTicks = ticksOf(event.childStartTimeNs);
      const isProcess = event.childTgid === event.childTid;
      return { key: (isProcess ? eventKey.fork : eventKey.thread)(event.childTgid, startTicks) };
    }
    case 'exec': {
      // An argument carries the facts of the process over its exec: see self_pack in
      // generator/tree/self.c.
      const state = event.argv.find((argument) => /^\d+ \d+ \d+ \d+ /.test(argument)) ?? '';
      const [process, , , segment] = state.split(' ');
      return { key: eventKey.exec(Number(process), Number(segment)), filename: event.filename };
    }
    case 'exit':
      return { key: eventKey.exit(event.tgid, ticksOf(event.startTimeNs)), exitCode: event.code };
    default:
      return undefined;
  }
}

function ticksOf(ns: bigint): number {
  return Number(ns / nsPerTick);
}
