import { hex } from '../json/texts.js';
import type { RecordMemory } from './memory.js';
import type { MalformedEvent, MalformedLine, MalformedReason } from './types.js';

interface Place {
  readonly offset: number;
  readonly length: number;
  readonly positionOf?: ((offset: number) => bigint) | undefined;
}

class Malformed implements MalformedEvent {
  readonly kind = 'malformed';
  constructor(
    readonly reason: MalformedReason,
    readonly position: bigint,
    readonly bytes: Uint8Array,
  ) {}

  toJSON(): MalformedLine {
    const { reason, position, bytes } = this;
    return { event: 'malformed', reason, position: String(position), bytes: hex(bytes) };
  }
}

export function malformed(reason: MalformedReason, data: RecordMemory, place: Place): MalformedEvent {
  const { offset, length, positionOf = BigInt } = place;
  return new Malformed(reason, positionOf(offset), data.u8.slice(offset, offset + length));
}
