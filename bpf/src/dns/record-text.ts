import { AF_INET, ipText } from '../names/address.js';
import { escapedText } from './names.js';
import { dnsPacket } from './packet.js';

/** The place of a record's data in its message. `type`: empty if the class is not IN. */
export interface RecordPlace {
  readonly type: string;
  readonly start: number;
  readonly length: number;
}

const AF_INET6 = 10;

/** How many 16-bit numbers stand before the name in the data of a record. */
const numbersBeforeName: Readonly<Record<string, number>> = {
  CNAME: 0,
  DNAME: 0,
  NS: 0,
  PTR: 0,
  MX: 1,
  SRV: 3,
};

/** Returns the text of a record's data. Throws if the data is malformed. */
export function recordText(message: Buffer, place: RecordPlace): string {
  const { type, start, length } = place;
  const bytes = message.subarray(start, start + length);
  if (type === 'A') return whole(ipText(AF_INET, bytes), 4, length);
  if (type === 'AAAA') return whole(ipText(AF_INET6, bytes), 16, length);
  if (type === 'TXT') {
    const { decode } = dnsPacket().txt;
    const texts = decode(message, start - 2).map((text) => `"${escapedText(text).replaceAll('"', '\\"')}"`);
    return whole(texts.join(' '), decode.bytes - 2, length);
  }
  const count = numbersBeforeName[type];
  // As RFC 3597 writes what it does not know.
  if (count === undefined) return `\\# ${length} ${bytes.toString('hex')}`.trimEnd();
  const numbers = Array.from({ length: count }, (_, index) => message.readUInt16BE(start + 2 * index));
  const { decode } = dnsPacket().name;
  const name = decode(message, start + 2 * count);
  return whole([...numbers, name].join(' '), 2 * count + decode.bytes, length);
}

/** Throws if a text was not made of all bytes of the record, or of more. */
function whole(text: string | undefined, used: number, length: number): string {
  if (text === undefined || used !== length) throw new RangeError('a record has another length');
  return text;
}
