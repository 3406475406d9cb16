import type { Test } from '@spoor/bpf/events';
import type { EventField, EventShape } from '../view/layouts.js';
import type { EventMemory } from '../view/memory.js';

/** Reads something from the record at `offset`. */
export type Reader<Value> = (memory: EventMemory, offset: number) => Value;

/** Returns the field of the record; undefined if its layout does not have it. */
export function recordField(shape: EventShape, name: string): EventField | undefined {
  const field = shape.byName.get(name);
  return field === undefined || shape.absent.includes(field) ? undefined : field;
}

/** Reads a number as a double; of a variable part, its bytes. A missing field reads as 0. */
export function numberReader(field: EventField | undefined): Reader<number> {
  if (field === undefined) return () => 0;
  const { offset: at, layout, variable } = field;
  const word = at >>> 2;
  if (variable) return ({ u32 }, offset) => u32[(offset >>> 2) + word]! >>> 16;
  const signed = (layout.kind === 'int' || layout.kind === 'enum') && layout.signed;
  if (at % 4 === 0 && layout.size === 4) {
    return signed
      ? ({ u32 }, offset) => u32[(offset >>> 2) + word]! | 0
      : ({ u32 }, offset) => u32[(offset >>> 2) + word]!;
  }
  switch (layout.size) {
    case 1:
      return signed ? ({ view }, offset) => view.getInt8(offset + at) : ({ u8 }, offset) => u8[offset + at]!;
    case 2:
      return signed
        ? ({ view }, offset) => view.getInt16(offset + at, true)
        : ({ view }, offset) => view.getUint16(offset + at, true);
    case 4:
      return signed
        ? ({ view }, offset) => view.getInt32(offset + at, true)
        : ({ view }, offset) => view.getUint32(offset + at, true);
    default:
      return signed
        ? ({ view }, offset) =>
            view.getInt32(offset + at + 4, true) * 2 ** 32 + view.getUint32(offset + at, true)
        : ({ view }, offset) =>
            view.getUint32(offset + at + 4, true) * 2 ** 32 + view.getUint32(offset + at, true);
  }
}

/** Returns whether a record passes all tests; undefined if there are none. */
export function testReader(shape: EventShape, tests: readonly Test[] = []): Reader<boolean> | undefined {
  const [first, ...more] = tests.map((test) => oneTest(shape, test));
  if (first === undefined || more.length === 0) return first;
  return (memory, offset) => first(memory, offset) && more.every((passes) => passes(memory, offset));
}

function oneTest(shape: EventShape, { field, is, not, min, max }: Test): Reader<boolean> {
  const read = numberReader(recordField(shape, field));
  const [one] = not ?? [];
  if (not?.length === 1) return (memory, offset) => read(memory, offset) !== one;
  if (is !== undefined) return (memory, offset) => is.includes(read(memory, offset));
  if (not !== undefined) return (memory, offset) => !not.includes(read(memory, offset));
  if (min !== undefined) return (memory, offset) => read(memory, offset) >= min;
  return (memory, offset) => read(memory, offset) <= max!;
}

/** Returns a 64-bit unsigned number in digits, by its halves. */
export function decimal(lo: number, hi: number): string {
  return hi < 0x200000 ? String(hi * 2 ** 32 + lo) : String((BigInt(hi) << 32n) | BigInt(lo));
}
