/**
 * The memory of records: that of a ring reader (`RingData` of `@spoor/ring`), or that of owned
 * events.
 */
export interface RecordMemory {
  readonly u8: Uint8Array;
  readonly u32: Uint32Array;
  readonly view: DataView;
}

/**
 * Called with a record that lies at `offset`, a multiple of 8, and is its own during the call: a
 * `RingHandler`.
 */
export type RecordHandler = (data: RecordMemory, offset: number, length: number) => void;

/** Memory of records with a `Buffer` over it, which decodes text fastest. */
export interface EventMemory extends RecordMemory {
  readonly text: Buffer;
}

export function eventMemory({ u8, u32, view }: RecordMemory): EventMemory {
  return { u8, u32, view, text: Buffer.from(u8.buffer, u8.byteOffset, u8.byteLength) };
}

function ownMemory(size: number): EventMemory {
  const memory = new ArrayBuffer(size);
  return eventMemory({
    u8: new Uint8Array(memory),
    u32: new Uint32Array(memory),
    view: new DataView(memory),
  });
}

const CHUNK = 64 * 1024;

/** Records up to here are copied word by word: cheaper than making the view that `set` wants. */
const SMALL = 512;

/**
 * Memory for copies of records: chunks of 64 KiB that many records share, so that owning one costs
 * little more than its bytes. A chunk lives as long as any event in it.
 */
export class Arena {
  memory: EventMemory = ownMemory(0);
  #next = 0;

  /** Copies a record, which begins at a multiple of 4; returns where it lies in `memory`. */
  copy(from: RecordMemory, offset: number, length: number): number {
    const room = (length + 7) & ~7;
    if (this.#next + room > this.memory.u8.length) {
      this.memory = ownMemory(Math.max(CHUNK, room));
      this.#next = 0;
    }
    const at = this.#next;
    this.#next += room;
    // The word past an odd end is copied too where there is one: it belongs to the same ring and to
    // no one here.
    if (length <= SMALL && ((offset + length + 3) & ~3) <= from.u8.length) {
      const source = from.u32;
      const target = this.memory.u32;
      const end = (at + length + 3) >>> 2;
      for (let to = at >>> 2, word = offset >>> 2; to < end; to++, word++) target[to] = source[word]!;
    } else {
      this.memory.u8.set(from.u8.subarray(offset, offset + length), at);
    }
    return at;
  }
}
