import { ipv4Text, ipv6Text } from '../names/address.js';
import { errnoName } from '../names/errno.js';
import { familyName } from '../names/family.js';
import type { Event } from '../types.js';
import { present, schemas, type TextEntry, textEntry } from './presentation.js';

const AF_UNIX = 1;
const AF_INET = 2;
const AF_INET6 = 10;

/** A socket was connected, or could not be. */
export const connect = present({
  kind: 'connect',
  schema: (t) =>
    t.Object({
      fd: schemas.u32(t, 'The socket.'),
      family: t.String({ description: 'inet, inet6, unix …; the number of a family without a name.' }),
      address: t.Optional(
        t.String({ description: 'IP address; of a unix socket its path, or @ and its abstract name.' }),
      ),
      addressRaw: t.Optional(schemas.hex(t)),
      addressTruncated: t.Optional(t.Literal(true)),
      port: t.Optional(t.Integer({ minimum: 0, maximum: 65535 })),
      error: schemas.error(t),
    }),
  data: (event) => ({
    fd: event.fd,
    family: familyName(event.family),
    ...address(event),
    ...(event.result < 0 && { error: errnoName(-event.result) }),
  }),
});

function address(event: Event<'connect'>): Partial<TextEntry<'address'>> & { port?: number } {
  switch (event.family) {
    case AF_INET:
      return { address: ipv4Text(event.address), port: event.port };
    case AF_INET6:
      return { address: ipv6Text(event.address), port: event.port };
    case AF_UNIX:
      return textEntry(event, 'path', 'address');
    default:
      return {};
  }
}
