import type { EventFlagName } from '@spoor/bpf';
import { charsEntry, hex, textEntry } from './events/presentation.js';
import type { EventLayouts } from './layouts.js';
import { presentationOf } from './present.js';
import { rfc3339 } from './time.js';
import type { Event, EventLine } from './types.js';
import { type EventView, fieldsOf } from './view.js';

/** By bit; undefined where no scope has the bit. */
export type ScopeNames = readonly (string | undefined)[];

export interface ReplacedScopes {
  readonly version: number;
  readonly names: ScopeNames;
}

/** What a line says that is in no record. */
export interface EventContext {
  /** What to add to CLOCK_BOOTTIME to get nanoseconds since 1970. Without it lines have no `time`. */
  readonly clockOffsetNs?: bigint;
  /** The name of each scope, by bit. */
  readonly scopeNames?: ScopeNames;
  /** The names under sets of scopes that were replaced: by the `scopesVersion` that their events carry. */
  readonly replacedScopes?: readonly ReplacedScopes[];
  /** The machine that was traced: some flags depend on it. Default: this one, or x64 where it is neither. */
  readonly architecture?: 'x64' | 'arm64';
}

/** The same, ready for use. */
export interface LineContext {
  readonly given: EventContext;
  readonly architecture: 'x64' | 'arm64';
  readonly flags: readonly (readonly [number, string])[];
  scopeNames(matched: MatchedScopes): string[];
}

/** A word of scopes in two halves, and the version of the set that gives it meaning. */
export interface MatchedScopes {
  readonly lo: number;
  readonly hi: number;
  readonly version: number;
}

export function lineContext(layouts: EventLayouts, given: EventContext = {}): LineContext {
  const current = given.scopeNames ?? [];
  const replaced = new Map(given.replacedScopes?.map(({ version, names }) => [version, names]));
  return {
    given,
    architecture: given.architecture ?? (process.arch === 'arm64' ? 'arm64' : 'x64'),
    flags: Object.entries(layouts.flags).map(([name, bit]) => [bit, name]),
    scopeNames({ lo, hi, version }) {
      const names = replaced.get(version) ?? current;
      const matched: string[] = [];
      for (let bit = 0; bit < 64; bit++)
        if (((bit < 32 ? lo : hi) >>> (bit & 31)) & 1) matched.push(names[bit] ?? `#${bit}`);
      return matched;
    },
  };
}

/** The line's object. Keys come in the order in which people read them. */
export function lineOf(view: EventView, context: LineContext): EventLine {
  const event = view as unknown as Event;
  const { clockOffsetNs } = context.given;
  const { timeNs, headerFlags } = event;
  return {
    event: event.kind,
    time: clockOffsetNs === undefined ? null : rfc3339(timeNs + clockOffsetNs),
    ktimeNs: String(timeNs),
    cpu: event.cpu,
    tgid: event.tgid,
    tid: event.tid,
    ppid: event.ppid,
    uid: event.uid,
    ...charsEntry(event, 'comm', 'comm'),
    ...textEntry(event, 'exe', 'exe'),
    startTimeNs: String(event.startTimeNs),
    scopes: event.scopes,
    origin: event.origin,
    flags: context.flags.filter(([bit]) => headerFlags & bit).map(([, name]) => name) as EventFlagName[],
    data:
      (presentationOf(event.kind)?.data(event, context) as EventLine['data'] | undefined) ?? plainData(view),
  };
}

/** The own fields of an event that no presentation is known for: one of a newer or an older version. */
function plainData(view: EventView): Record<string, unknown> {
  const data: Record<string, unknown> = {};
  for (const field of fieldsOf(view)) {
    if (field.role === 'header') continue;
    if (field.variable) Object.assign(data, textEntry(view, field.name, field.name));
    else if (field.layout.kind === 'chars') Object.assign(data, charsEntry(view, field.name, field.name));
    else data[field.name] = plainValue((view as unknown as Record<string, unknown>)[field.name]);
  }
  return data;
}

function plainValue(value: unknown): unknown {
  if (typeof value === 'bigint') return String(value);
  if (value instanceof Uint8Array) return hex(value);
  if (Array.isArray(value)) return value.map(plainValue);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([name, inner]) => [name, plainValue(inner)]));
}
