import { ipText } from '@spoor/bpf/events';
import type { Event } from '../view/types.js';
import { NameCache } from './name-cache.js';

/** Limits that bound the memory for the longest names that there can be. */
const limits = { maxAddresses: 1024, maxNames: 4 };

/** Keeps the names of addresses, by the answers of name servers among the events that were read. */
export class Hosts {
  #names: NameCache | undefined;

  learn(event: Event<'dns'>): void {
    const { netNamespace, timeNs, tgid } = event;
    this.#names ??= new NameCache(limits);
    this.#names.add({ netNamespace, timeNs, tgid, message: event.bytes('message') });
  }

  /** Returns the name of the address of a connection, or undefined if it is not known. */
  hostOf(event: Event<'connect'> | Event<'connection-end'>): string | undefined {
    const { family, address, netNamespace, tgid } = event;
    // The namespace is 0 if it is not known.
    if (this.#names === undefined || netNamespace === 0) return undefined;
    const text = ipText(family, address);
    const timeNs = event.kind === 'connect' ? event.timeNs : event.timeNs - event.durationNs;
    return text && this.#names.nameOf({ netNamespace, address: text, timeNs, tgid })?.name;
  }
}
