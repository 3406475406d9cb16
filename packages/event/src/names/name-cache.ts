import { type DnsMessage, dnsMessage } from '@spoor/bpf/events';
import { positive } from '@spoor/core';

/** An answer of a name server, and who received it. An event `dns` has all of it. */
export interface ReceivedAnswer {
  /** The network namespace, by inode number. An address can be another host in each. */
  readonly netNamespace: number;
  /** CLOCK_BOOTTIME in nanoseconds. */
  readonly timeNs: bigint;
  /** The process that received the answer. */
  readonly tgid?: number;
  /** The message, or its bytes. */
  readonly message: Uint8Array | DnsMessage;
}

/** An address at a time. */
export interface AddressQuery {
  readonly netNamespace: number;
  /** As in JSON lines: `192.0.2.1`, `2001:db8::1`. */
  readonly address: string;
  /** Leaves out answers that came later. CLOCK_BOOTTIME in nanoseconds. Default: all answers. */
  readonly timeNs?: bigint;
  /** Prefers answers that this process received. */
  readonly tgid?: number;
}

/** A name that an answer gave to an address. */
export interface NameOfAddress {
  /** The name in question. */
  readonly name: string;
  /** Its aliases, in the order in which they lead to the address. */
  readonly aliases: readonly string[];
  /** The time of the last answer that said so. CLOCK_BOOTTIME in nanoseconds. */
  readonly answeredNs: bigint;
  /** Seconds for which that answer could be kept. Connections outlive it. */
  readonly ttl: number;
  /** The process that received that answer. */
  readonly tgid?: number;
}

export interface NameCacheOptions {
  /** Addresses to keep. Default: 4096. */
  readonly maxAddresses?: number;
  /** Names to keep per address. Default: 8. */
  readonly maxNames?: number;
}

/** Addresses behind more aliases get no name, so that the memory of each is bounded. */
const mostAliases = 8;

/**
 * Tells the names of addresses by the answers of name servers. Names are what answers said: a
 * process that receives a wrong answer gives an address a wrong name.
 *
 * A name is kept when its TTL is over, because connections outlive it. If the cache is full, it
 * forgets the addresses that were answered longest ago, and counts them.
 *
 * @example
 * ```ts
 * const names = new NameCache();
 * const answers = [{ name: 'www.example.test', type: 'A', ttl: 60, value: '192.0.2.1' }];
 * const message = { name: 'www.example.test', isCut: false, answers };
 * names.add({ netNamespace: 1, timeNs: 5n, message });
 * names.nameOf({ netNamespace: 1, address: '192.0.2.1' })?.name; // 'www.example.test'
 * names.nameOf({ netNamespace: 2, address: '192.0.2.1' }); // undefined
 * ```
 */
export class NameCache {
  readonly #maxAddresses: number;
  readonly #maxNames: number;
  /** By namespace and address, in the order of their last answers. The names: newest first. */
  readonly #addresses = new Map<string, NameOfAddress[]>();
  #forgotten = 0;

  /** @throws {SpoorError} INVALID_VALUE if a limit is not above 0 */
  constructor({ maxAddresses = 4096, maxNames = 8 }: NameCacheOptions = {}) {
    this.#maxAddresses = positive(maxAddresses, 'maxAddresses') ?? maxAddresses;
    this.#maxNames = positive(maxNames, 'maxNames') ?? maxNames;
  }

  /** Addresses with a name. */
  get size(): number {
    return this.#addresses.size;
  }

  /** Addresses and names that did not fit. 0: an address without a name had none in any answer. */
  get forgotten(): number {
    return this.#forgotten;
  }

  /** Takes the addresses of an answer. Records that do not follow from the question are ignored. */
  add({ netNamespace, timeNs, tgid, message }: ReceivedAnswer): void {
    const { name, answers } = message instanceof Uint8Array ? dnsMessage(message) : message;
    if (name === undefined) return;
    const aliases: string[] = [];
    let ttl = Number.POSITIVE_INFINITY;
    for (const answer of answers) {
      if (answer.name !== (aliases.at(-1) ?? name)) continue;
      if (answer.type === 'CNAME') {
        if (aliases.length === mostAliases) return;
        aliases.push(answer.value);
        ttl = Math.min(ttl, answer.ttl);
      } else if (answer.type === 'A' || answer.type === 'AAAA') {
        const found = { name, aliases: [...aliases], answeredNs: timeNs, ttl: Math.min(ttl, answer.ttl) };
        this.#keep(keyOf(netNamespace, answer.value), tgid === undefined ? found : { ...found, tgid });
      }
    }
  }

  /** Returns the names of an address, the latest first. Empty: the cache knows none. */
  namesOf({ netNamespace, address, timeNs, tgid }: AddressQuery): readonly NameOfAddress[] {
    const known = this.#addresses.get(keyOf(netNamespace, address)) ?? [];
    const answered = timeNs === undefined ? known : known.filter((one) => one.answeredNs <= timeNs);
    const own = answered.filter((one) => tgid !== undefined && one.tgid === tgid);
    return own.length === 0 ? answered : [...own, ...answered.filter((one) => !own.includes(one))];
  }

  /** Returns the likeliest name of an address, or undefined if the cache knows none. */
  nameOf(query: AddressQuery): NameOfAddress | undefined {
    return this.namesOf(query)[0];
  }

  #keep(key: string, found: NameOfAddress): void {
    const others = (this.#addresses.get(key) ?? []).filter(
      ({ name, tgid }) => name !== found.name || tgid !== found.tgid,
    );
    const names = [found, ...others];
    this.#forgotten += names.splice(this.#maxNames).length;
    // The end of the order.
    this.#addresses.delete(key);
    this.#addresses.set(key, names);
    if (this.#addresses.size <= this.#maxAddresses) return;
    const [oldest] = this.#addresses.keys();
    this.#addresses.delete(oldest!);
    this.#forgotten++;
  }
}

/** An IPv4 address can be that of a socket of IPv6: `::ffff:192.0.2.1`. */
const keyOf = (netNamespace: number, address: string): string =>
  `${netNamespace} ${address.replace(/^::ffff:(?=\d+\.)/, '')}`;
