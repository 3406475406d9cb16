import { dnsCodeName, dnsTypeName } from '../names/dns.js';
import { readableNames } from './names.js';
import { dnsPacket } from './packet.js';
import { recordText } from './record-text.js';

/** A record of an answer. Names are as in `DnsMessage`. */
export interface DnsRecord {
  /** The name that the record is about. */
  readonly name: string;
  /** `A`, `CNAME`; `TYPE65280` for a type without a name. */
  readonly type: string;
  /** Seconds for which the server lets the record be kept. */
  readonly ttl: number;
  /** `192.0.2.1`, a name, or the bytes as RFC 3597 writes them: `\# 2 0001`. */
  readonly value: string;
}

/**
 * An answer of a name server. Names are in lower case and have no dot at the end. Bytes that are
 * not printable, and dots inside a label, are escaped: `a\.b`, `\000`.
 */
export interface DnsMessage {
  /** The question; left out if the message has none, or not all of it. */
  readonly name?: string;
  readonly type?: string;
  /** `NOERROR`, `NXDOMAIN`; left out if the message is too short for one. */
  readonly code?: string;
  /** True if the server left out records that did not fit: clients ask again over TCP. */
  readonly isCut: boolean;
  /** The records of the answer section, as far as they could be read. */
  readonly answers: readonly DnsRecord[];
  /** The first part that could not be read. Nothing behind it was read. */
  readonly problem?: string;
}

/** Characters of names and values that are read of a message. A pointer is a name in two bytes. */
const mostText = 16_384;

const HEADER = 12;
const CUT = 0x0200;
const IN = 1;
const OPT = 41;

let last: { readonly bytes: Buffer; readonly message: DnsMessage } | undefined;

/**
 * Parses an answer of a name server. Never throws: what is malformed is left out, and `problem`
 * names it. So is the rest of a message with more than 16,384 characters of names and values.
 *
 * The last result is kept, since an event is asked for several of its parts.
 *
 * @param bytes the message, without the length that precedes it over TCP
 *
 * @example
 * ```ts
 * const bytes = Buffer.from('000181830001000000000000016104746573740000010001', 'hex');
 * dnsMessage(bytes).name; // 'a.test'
 * dnsMessage(bytes).code; // 'NXDOMAIN'
 * ```
 */
export function dnsMessage(bytes: Uint8Array): DnsMessage {
  if (last === undefined || last.bytes.compare(bytes) !== 0) {
    // A copy: a borrowed event gives its memory back.
    const own = Buffer.from(bytes);
    last = { bytes: own, message: new MessageReader(own).read() };
  }
  return last.message;
}

class MessageReader {
  readonly #message: Buffer;
  #at = HEADER;
  #text = 0;

  constructor(bytes: Uint8Array) {
    this.#message = readableNames(bytes);
  }

  read(): DnsMessage {
    const message = this.#message;
    if (message.length < HEADER) return { isCut: false, answers: [], problem: 'header' };
    const flags = message.readUInt16BE(2);
    const [questions = 0, ...sections] = [4, 6, 8, 10].map((at) => message.readUInt16BE(at));
    const answers: DnsRecord[] = [];
    let code = flags & 0xf;
    let question: Pick<DnsMessage, 'name' | 'type'> = {};
    let part = 'question';
    try {
      for (let index = 0; index < questions; index++) {
        const asked = this.#question();
        if (index === 0) question = asked;
      }
      for (const [section, count] of sections.entries()) {
        part = ['answer', 'authority', 'additional'][section]!;
        for (let index = 0; index < count; index++) {
          const { record, extendedCode } = this.#record();
          code |= extendedCode << 4;
          if (section === 0 && record !== undefined) answers.push(record);
        }
      }
      part = '';
    } catch {
      // dns-packet and Buffer throw for what is malformed.
    }
    return {
      ...question,
      code: dnsCodeName(code),
      isCut: (flags & CUT) !== 0,
      answers,
      ...(part !== '' && { problem: part }),
    };
  }

  #name(): string {
    const { decode } = dnsPacket().name;
    const name = decode(this.#message, this.#at);
    this.#at += decode.bytes;
    this.#countText(name);
    return name;
  }

  #countText(text: string): void {
    this.#text += text.length;
    if (this.#text > mostText) throw new RangeError('a message has too much text');
  }

  #number(bytes: 2 | 4): number {
    const number = this.#message.readUIntBE(this.#at, bytes);
    this.#at += bytes;
    return number;
  }

  #question() {
    const name = this.#name();
    const type = this.#number(2);
    this.#number(2);
    return { name, type: dnsTypeName(type) };
  }

  #record(): { record?: DnsRecord; extendedCode: number } {
    const name = this.#name();
    const type = this.#number(2);
    const recordClass = this.#number(2);
    const ttl = this.#number(4);
    const length = this.#number(2);
    const start = this.#at;
    if (start + length > this.#message.length) throw new RangeError('a record is longer than the message');
    this.#at += length;
    // The pseudo record has the high bits of the code in the place of the TTL.
    if (type === OPT) return { extendedCode: ttl >>> 24 };
    const known = recordClass === IN ? dnsTypeName(type) : '';
    const value = recordText(this.#message, { type: known, start, length });
    this.#countText(value);
    return { record: { name, type: dnsTypeName(type), ttl, value }, extendedCode: 0 };
  }
}
