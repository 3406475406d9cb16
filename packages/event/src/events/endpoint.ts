import { ipv4Text, ipv6Text } from '../names/address.js';
import { familyName } from '../names/family.js';
import { type SchemaBuilder, schemas, type Texts, textEntry } from './presentation.js';

const AF_UNIX = 1;
const AF_INET = 2;
const AF_INET6 = 10;

interface Endpoint extends Texts {
  readonly family: number;
  readonly port: number;
  readonly address: Uint8Array;
}

interface EndpointEntry {
  family: string;
  address?: string;
  addressRaw?: string;
  addressTruncated?: true;
  port?: number;
}

/** The family and what the socket is called in it. */
export function endpointEntry(event: Endpoint): EndpointEntry {
  const family = familyName(event.family);
  const address = ipText(event.family, event.address);
  if (address !== undefined) return { family, address, port: event.port };
  if (event.family !== AF_UNIX || event.fullLength('path') === 0) return { family };
  return { family, ...textEntry(event, 'path', 'address') };
}

/** Undefined for a family whose addresses are no IP addresses. */
export function ipText(family: number, address: Uint8Array): string | undefined {
  if (family === AF_INET) return ipv4Text(address);
  return family === AF_INET6 ? ipv6Text(address) : undefined;
}

export const endpointSchema = (t: SchemaBuilder) => ({
  family: t.String({ description: 'inet, inet6, unix …; the number of a family without a name.' }),
  address: t.Optional(
    t.String({ description: 'IP address; of a unix socket its path, or @ and its abstract name.' }),
  ),
  addressRaw: t.Optional(schemas.hex(t)),
  addressTruncated: t.Optional(t.Literal(true)),
  port: t.Optional(t.Integer({ minimum: 0, maximum: 65535 })),
});
