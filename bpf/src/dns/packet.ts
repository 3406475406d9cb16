import { createRequire } from 'node:module';

/** Decodes a part of a message. `bytes`: how long the part was that it has decoded last. */
interface Decode<Value> {
  (message: Buffer, offset: number): Value;
  readonly bytes: number;
}

/** The part of `dns-packet` in use. Each function throws if the part is malformed. */
interface DnsPacket {
  readonly name: { readonly decode: Decode<string> };
  readonly txt: { readonly decode: Decode<Buffer[]> };
}

let loaded: DnsPacket | undefined;

/** Loads `dns-packet` with the first message: most traces have none. */
export function dnsPacket(): DnsPacket {
  loaded ??= createRequire(import.meta.url)('dns-packet') as DnsPacket;
  return loaded;
}
