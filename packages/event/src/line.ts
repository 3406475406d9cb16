import type { EventFlagName } from '@spoor/bpf';
import { addNotes, addRaw, charsEntry, hex, textEntry, type Writable } from './events/presentation.js';
import { decimal } from './halves.js';
import { harmless } from './harmless.js';
import type { EventLayouts } from './layouts.js';
import type { LineBuffer } from './line-buffer.js';
import { presentationOf } from './present.js';
import { rfc3339 } from './time.js';
import type { Event, EventKind, EventLine } from './types.js';
import type { EventView } from './view.js';

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
      const add = (bit: number) => matched.push(names[bit] ?? `#${bit}`);
      for (let bits = lo; bits !== 0; bits &= bits - 1) add(31 - Math.clz32(bits & -bits));
      for (let bits = hi; bits !== 0; bits &= bits - 1) add(63 - Math.clz32(bits & -bits));
      return matched;
    },
  };
}

/** The line's object. Keys come in the order in which people read them; what was not UTF-8 or whole comes last. */
export function lineOf(view: EventView, context: LineContext): EventLine {
  const line: EventLine = headOf(view, context);
  line.data = dataOf(view, context);
  addHeaderNotes(line, view, line);
  return line;
}

/** What lines of all events begin with; the data is still to come. */
export function headOf(view: EventView, context: LineContext): EventLine {
  const header = view._header();
  const { clockOffsetNs } = context.given;
  return {
    event: view.kind as EventKind,
    time: clockOffsetNs === undefined ? null : rfc3339((view as unknown as Event).timeNs + clockOffsetNs),
    ktimeNs: decimal(header['timeNsLo']!, header['timeNsHi']!),
    cpu: header['cpu']!,
    tgid: header['tgid']!,
    tid: header['tid']!,
    ppid: header['ppid']!,
    uid: header['uid']!,
    comm: header.comm,
    exe: header.exe,
    cgroupId: decimal(header['cgroupIdLo']!, header['cgroupIdHi']!),
    ...(header.container === '' ? {} : { container: header.container }),
    startTimeNs: decimal(header['startTimeNsLo']!, header['startTimeNsHi']!),
    scopes: context.scopeNames({
      lo: header['matchedScopesLo']!,
      hi: header['matchedScopesHi']!,
      version: header['scopesVersion']!,
    }),
    origin: header.origin as EventLine['origin'],
    flags: flagNames(header['headerFlags']!, context),
    data: noData,
  };
}

const noData = {};

/** Adds what lines end with: the bytes of names that were not UTF-8, and what was cut. Nothing, nearly always. */
export function addHeaderNotes(
  entry: object,
  view: EventView,
  { comm, exe, container }: Pick<EventLine, 'comm' | 'exe' | 'container'>,
): void {
  addRaw(entry, view, { field: 'comm', name: 'comm', text: comm });
  addNotes(entry, view, { field: 'exe', name: 'exe', text: exe });
  if (container !== undefined)
    addNotes(entry, view, { field: 'container', name: 'container', text: container });
}

/** What is the event's own. */
function dataOf(view: EventView, context: LineContext): EventLine['data'] {
  const event = view as unknown as Event;
  return (
    (presentationOf(view.kind)?.data(event, context) as EventLine['data'] | undefined) ?? plainData(view)
  );
}

/** Adds the same in JSON, harmless to terminals. */
export function writeData(view: EventView, context: LineContext, out: LineBuffer): void {
  const write = presentationOf(view.kind)?.write;
  if (write !== undefined) {
    const start = out.length;
    if (write(view as unknown as Writable, out, context)) return;
    out._cut(start);
  }
  out.add(harmless(JSON.stringify(dataOf(view, context))));
}

function flagNames(bits: number, { flags }: LineContext): EventFlagName[] {
  const names: string[] = [];
  if (bits !== 0) for (const [bit, name] of flags) if ((bits & bit) !== 0) names.push(name);
  return names as EventFlagName[];
}

/** The own fields of an event that no presentation is known for: one of a newer or an older version. */
function plainData(view: EventView): Record<string, unknown> {
  const data: Record<string, unknown> = {};
  for (const field of view._shape.fields) {
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
