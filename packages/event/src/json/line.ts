import type { KernelDefinition } from '@spoor/bpf';
import type { EventFlagName } from '@spoor/bpf/enums';
import type { Architecture } from '@spoor/bpf/events';
import { ProcessIds } from '../identity/process-id.js';
import type { EventLayouts, EventShape } from '../view/layouts.js';
import type { Event, EventKind, EventLine } from '../view/types.js';
import type { EventView, MatchedScopes } from '../view/view.js';
import { type DataWriter, dataWriter } from './data.js';
import { decimal } from './numbers.js';
import { addNotes, addRaw } from './texts.js';
import { rfc3339 } from './time.js';

/** By bit; undefined where no scope has the bit. */
export type ScopeNames = readonly (string | undefined)[];

export interface ReplacedScopes {
  readonly version: number;
  readonly names: ScopeNames;
}

/** Facts of a line that records do not have. */
export interface EventContext {
  /**
   * Added to CLOCK_BOOTTIME, gives nanoseconds since 1970. Without it lines have no `time`.
   */
  readonly clockOffsetNs?: bigint;
  /** The name of each scope, by bit. */
  readonly scopeNames?: ScopeNames;
  /**
   * The names under sets of scopes that were replaced: by the `scopesVersion` that their events
   * carry.
   */
  readonly replacedScopes?: readonly ReplacedScopes[];
  /**
   * The machine that was traced: some flags depend on it. Default: this one, or x64 where it is
   * neither.
   */
  readonly architecture?: Architecture;
  /**
   * The text of `/proc/sys/kernel/random/boot_id` of the machine that was traced. Without it,
   * events have no `processId`.
   */
  readonly bootId?: string;
  /** Returns the SHA-256 of an executed file, if it is known: see `FileHashes` of tracer. */
  sha256Of?(file: ExecutedFile): string | undefined;
}

/** An executed file by its identity, and when it was executed. */
export interface ExecutedFile {
  /** The kernel's number: major << 20 | minor. */
  readonly device: number;
  readonly inode: bigint;
  /** Last change of the file or its attributes, in nanoseconds since 1970. */
  readonly changeTimeNs: bigint;
  /** When it was executed: CLOCK_BOOTTIME, in nanoseconds. */
  readonly timeNs: bigint;
  /** Bits of `BinaryTrait` of `@spoor/bpf/enums`. */
  readonly binaryTraits: number;
}

/** The context of lines, ready for use. */
export interface LineContext {
  readonly given: EventContext;
  readonly flags: readonly (readonly [number, string])[];
  /** Undefined if the boot is not known. */
  readonly ids: ProcessIds | undefined;
  scopeNames(matched: MatchedScopes): string[];
  /** Makes `data` of the events of a layout. */
  dataOf(shape: EventShape): DataWriter;
}

export function lineContext(
  layouts: EventLayouts,
  given: EventContext,
  kernel?: KernelDefinition,
): LineContext {
  const current = given.scopeNames ?? [];
  const replaced = new Map(given.replacedScopes?.map(({ version, names }) => [version, names]));
  const machine = given.architecture ?? (process.arch === 'arm64' ? 'arm64' : 'x64');
  const writers = new Map<EventShape, DataWriter>();
  let ids: ProcessIds | undefined;
  return {
    given,
    dataOf(shape) {
      const known = writers.get(shape);
      if (known !== undefined) return known;
      const made = dataWriter(shape, machine, kernel);
      writers.set(shape, made);
      return made;
    },
    flags: Object.entries(layouts.flags).map(([name, bit]) => [bit, name]),
    get ids() {
      if (given.bootId !== undefined) ids ??= new ProcessIds(given.bootId);
      return ids;
    },
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

/**
 * The line's object. Keys come in the order in which people read them; what was not UTF-8 or whole
 * comes last.
 */
export function lineOf(view: EventView, context: LineContext): EventLine {
  const line: EventLine = headOf(view, context);
  line.data = context.dataOf(view._shape).value(view) as EventLine['data'];
  addHeaderNotes(line, view, line);
  return line;
}

/**
 * Returns the beginning of an event's line, without the data. Keys are added one by one: copying
 * those that are optional from other objects takes several times as long.
 */
export function headOf(view: EventView, context: LineContext): EventLine {
  const header = view._header();
  const { clockOffsetNs } = context.given;
  const line = {
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
  } as EventLine;
  if (header.container !== '') line.container = header.container;
  line.startTimeNs = decimal(header['startTimeNsLo']!, header['startTimeNsHi']!);
  if (context.ids !== undefined) addIds(line, view as unknown as Event, context.ids);
  line.scopes = context.scopeNames({
    lo: header['matchedScopesLo']!,
    hi: header['matchedScopesHi']!,
    version: header['scopesVersion']!,
  });
  line.origin = header.origin as EventLine['origin'];
  line.flags = flagNames(header['headerFlags']!, context);
  line.data = noData as EventLine['data'];
  return line;
}

const noData = {};

function addIds(line: EventLine, event: Event, ids: ProcessIds): void {
  line.processId = ids.of(event);
  const parent = ids.ofParent(event);
  if (parent !== undefined) line.parentProcessId = parent;
}

/**
 * Adds what lines end with: the bytes of names that were not UTF-8, and what was cut. Nothing,
 * nearly always.
 */
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

function flagNames(bits: number, { flags }: LineContext): EventFlagName[] {
  const names: string[] = [];
  if (bits !== 0) for (const [bit, name] of flags) if ((bits & bit) !== 0) names.push(name);
  return names as EventFlagName[];
}
