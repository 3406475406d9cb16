import type { Layout, StructLayout } from '@spoor/btf';

/**
 * All that decoding needs to know of the kernel side, as plain JSON: the generated one of
 * `@spoor/bpf` (`eventLayouts`), or the one that a recording was made with.
 */
export interface EventLayouts {
  /** Event name to the number in the header: `{ fork: 1, 'module-load': 16 }`. */
  readonly kinds: Readonly<Record<string, number>>;
  /** `enum origin` by name: `{ fork: 1, 'recovered-kernel': 4 }`. */
  readonly origins: Readonly<Record<string, number>>;
  /** `enum event_flag` by name: `{ 'user-memory': 1 }`. */
  readonly flags: Readonly<Record<string, number>>;
  /** The struct of each event; its first field is `header`, the same in all. */
  readonly events: Readonly<Record<string, StructLayout>>;
}

/** One field of an event, from the record's start. */
export interface EventField {
  /** JavaScript name. */
  readonly name: string;
  readonly offset: number;
  readonly layout: Layout;
  readonly role: 'header' | 'own';
  /** A variable part: `struct var_bytes`. */
  readonly variable: boolean;
  /** The type that this version reads, if the layout has another width. */
  readonly readAs?: 'number' | 'bigint';
}

/** An event's fields, checked and with the names that views give them. */
export interface EventShape {
  readonly kind: string;
  readonly number: number;
  /** Bytes of the fixed part. */
  readonly size: number;
  readonly fields: readonly EventField[];
  /**
   * Fields that this version knows and the layouts do not have: they read as zero, or as an empty
   * text.
   */
  readonly absent: readonly EventField[];
  /** All of them. */
  readonly byName: ReadonlyMap<string, EventField>;
  /** Offsets of the header fields that are read first. */
  readonly sizeOffset: number;
  readonly kindOffset: number;
}
