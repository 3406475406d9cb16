import type { BuiltInKernel, EventParts, ExtensionEvent, KernelDefinition } from '@spoor/bpf';
import type { EventFlagName, OriginName } from '@spoor/bpf/enums';
import type {
  DataOfDeclaration,
  EventData,
  EventKind,
  ListParts,
  ListsOfDeclaration,
} from '@spoor/bpf/events';
import type { EventHeader, VarBytes } from '@spoor/bpf/structs';

export type { EventKind };

/** Fields of C structs that only fill. */
type Filling = 'unused' | 'header';

/** Of a 64-bit field, its two halves as numbers: the fast way to read one. */
type Halves<Fields> = {
  readonly [Name in keyof Fields & string as Fields[Name] extends bigint
    ? `${Name}Lo` | `${Name}Hi`
    : never]: number;
};

/** The fields of a C struct as views give them: a variable part is text. */
type FieldsOf<Parts, Lists> = {
  readonly [Name in Exclude<keyof Parts, Filling>]: Name extends Lists
    ? readonly string[]
    : Parts[Name] extends VarBytes
      ? string
      : Parts[Name];
};

/** The event's own fields, by what its C struct says: a variable part is text. */
export type OwnFields<Kind extends EventKind> = FieldsOf<EventParts[Kind], ListParts<Kind>>;

type HeaderNames = Exclude<
  keyof EventHeader,
  'size' | 'kind' | 'flags' | 'origin' | 'exe' | 'container' | 'unused'
>;

/**
 * Properties of each event. Times are CLOCK_BOOTTIME in nanoseconds, process ids those of the
 * initial namespace.
 */
export type HeaderFields = {
  readonly [Name in HeaderNames]: EventHeader[Name];
} & {
  /** Bits of `enum event_flag`. */
  readonly headerFlags: number;
  /** The origin of the process's record. */
  readonly origin: OriginName | 'unknown';
  /** The binary of the process, as the kernel resolved it. */
  readonly exe: string;
  /**
   * The container that the task is in: its id of 64 hexadecimal digits, or its name where the
   * runtime gives no id; empty for none, and in a recording of a version that did not record it.
   */
  readonly container: string;
};

/** All fields of an event, decoded: what `toObject()` returns. */
export type EventObject<Kind extends EventKind = EventKind> = {
  [K in Kind]: { readonly kind: K } & HeaderFields & OwnFields<K>;
}[Kind];

/** Methods of an event of any kind, beside its fields. */
export interface EventMethods {
  /** Bytes of the whole record. */
  readonly size: number;
  /** The record itself, as the kernel wrote it: in place, with the lifetime of the event. */
  readonly raw: Uint8Array;
  /** Names of the scopes that matched, in the order of their bits; `#n` for one without a name. */
  readonly scopes: string[];
  /**
   * The identity of the process, which no process of another machine or boot has: see
   * `processId()`. Undefined if the context has no `bootId`.
   */
  readonly processId: string | undefined;
  /**
   * The identity of the parent, the process with the id `ppid`. Undefined if there is none, if the
   * context has no `bootId`, and in recordings of versions that did not record it.
   */
  readonly parentProcessId: string | undefined;
  /** The boot id of the machine: `EventContext.bootId`. */
  readonly bootId: string | undefined;
  /**
   * The bytes of a field: in place, with the lifetime of the event. Throws `INVALID_VALUE` for
   * another name.
   */
  bytes(name: string): Uint8Array;
  /**
   * Returns true if the record has this field. An older recording may not: then it reads as zero or
   * empty.
   */
  has(name: string): boolean;
  /** True if each variable part has all of its bytes. */
  readonly isWhole: boolean;
  /**
   * Returns true if a variable part lacks bytes. Throws `INVALID_VALUE` for another
   * name.
   */
  isTruncated(name: string): boolean;
  /** Bytes that a variable part had; where that cannot be known, the least that it can have had. */
  fullLength(name: string): number;
  /**
   * A 64-bit field as a number where that is exact, else as a bigint. Throws `INVALID_VALUE` for
   * another name.
   */
  exact(name: string): number | bigint;
}

/**
 * An event, told apart by its kind: `if (event.kind === 'open') event.path`. A field is decoded
 * when it is read. Lent by `EventDecoder.handler` for the time of the call, or owned (`copy`,
 * `EventDecoder.own`).
 */
export type Event<Kind extends EventKind = EventKind> = {
  [K in Kind]: EventMethods &
    HeaderFields &
    OwnFields<K> &
    Halves<HeaderFields> &
    Halves<OwnFields<K>> & {
      readonly kind: K;
      /**
       * The fields as the JSON line and conditions have them: `O_RDONLY|O_CLOEXEC`, `SIGTERM`,
       * `ENOENT`. An object that owns its memory, made at each access.
       */
      readonly jsonData: EventData<K>;
      /** All fields, decoded, in an object that owns its memory. */
      toObject(): EventObject<K>;
      /** Returns a copy with memory of its own, which shares a block of 64 KiB with others. */
      copy(): Event<K>;
      /** Returns the object of the event's JSON line. */
      toJSON(): EventLine<K>;
    };
}[Kind];

/** The names of the event kinds of a kernel side. */
export type KindOf<Kernel extends KernelDefinition> = EventKind | (keyof Kernel['extensions'] & string);

/** An event of an extension, from its C struct and its declaration. */
type Extended<Kind extends string, Parts, Declaration> = EventMethods &
  HeaderFields &
  FieldsOf<Parts, ListsOfDeclaration<Declaration>> &
  Halves<HeaderFields> &
  Halves<FieldsOf<Parts, ListsOfDeclaration<Declaration>>> & {
    readonly kind: Kind;
    readonly jsonData: DataOfDeclaration<Declaration>;
    toObject(): { readonly kind: Kind } & HeaderFields & FieldsOf<Parts, ListsOfDeclaration<Declaration>>;
    copy(): Extended<Kind, Parts, Declaration>;
    toJSON(): LineOf<Kind, DataOfDeclaration<Declaration>>;
  };

/**
 * An event of a kernel side: a built-in one, or one of an extension. `EventOf<typeof kernel>`.
 */
export type EventOf<
  Kernel extends KernelDefinition = BuiltInKernel,
  Kind extends KindOf<Kernel> = KindOf<Kernel>,
> =
  | Event<Kind & EventKind>
  | {
      [K in Kind & keyof Kernel['extensions'] & string]: Kernel['extensions'][K] extends ExtensionEvent<
        infer Parts,
        infer Declaration
      >
        ? Extended<K, Parts, Declaration>
        : never;
    }[Kind & keyof Kernel['extensions'] & string];

/** A record that is not what its layout says. It is data: decoding goes on with the next record. */
export interface MalformedEvent {
  readonly kind: 'malformed';
  readonly reason: MalformedReason;
  /**
   * Where the record was: the ring's or the file's position when the decoder can tell, else the
   * offset. Bytes.
   */
  readonly position: bigint;
  /** The record, in memory of its own. */
  readonly bytes: Uint8Array;
  toJSON(): MalformedLine;
}

export type MalformedReason =
  | 'shorter-than-header'
  | 'size-beyond-record'
  | 'unknown-kind'
  | 'shorter-than-event'
  | 'part-outside-record';

/**
 * One line of JSON output. 64-bit numbers are decimal strings. A text that was not UTF-8 has U+FFFD
 * in the place of what was not, and its bytes in hexadecimal beside it, under its name with `Raw`;
 * one that was cut has its name with `Truncated`.
 */
export type EventLine<Kind extends EventKind = EventKind> = LineOf<Kind, EventData<Kind>>;

interface LineOf<Kind extends string, Data> {
  event: Kind;
  /** RFC 3339 in UTC, with nanoseconds; null when the clock of the machine is not known. */
  time: string | null;
  /** CLOCK_BOOTTIME. */
  ktimeNs: string;
  cpu: number;
  tgid: number;
  tid: number;
  ppid: number;
  uid: number;
  comm: string;
  commRaw?: string;
  exe: string;
  exeRaw?: string;
  exeTruncated?: true;
  /** Id of the task's cgroup in the unified hierarchy. */
  cgroupId: string;
  /** Id or name of the container that the task is in. */
  container?: string;
  containerRaw?: string;
  containerTruncated?: true;
  startTimeNs: string;
  /** Identity of the process on all machines. Missing if the boot id is not known. */
  processId?: string;
  /** Identity of the parent process. Missing if the fork of the process was not seen. */
  parentProcessId?: string;
  scopes: string[];
  origin: OriginName | 'unknown';
  flags: EventFlagName[];
  data: Data;
}

export interface MalformedLine {
  event: 'malformed';
  reason: MalformedReason;
  position: string;
  /** Hexadecimal. */
  bytes: string;
}
