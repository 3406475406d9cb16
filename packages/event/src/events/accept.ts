import { familyName } from '../names/family.js';
import type { Event } from '../types.js';
import { endpointEntry, endpointSchema, ipText } from './endpoint.js';
import { errorEntry } from './parts.js';
import { present, schemas } from './presentation.js';

export const accept = present({
  kind: 'accept',
  summary: 'A connection was taken, or could not be.',
  schema: (t) =>
    t.Object({
      listenFd: t.Integer({ description: 'The socket that listens.' }),
      fd: t.Optional(t.Integer({ minimum: 0, description: 'The connection, when the call succeeded.' })),
      ...endpointSchema(t),
      localAddress: t.Optional(t.String({ description: 'IP address of this end.' })),
      localPort: t.Optional(t.Integer({ minimum: 0, maximum: 65535 })),
      error: schemas.error(t),
    }),
  data: (event) => ({
    listenFd: event.fd,
    ...(event.result >= 0 && { fd: event.result }),
    ...peer(event),
    ...local(event),
    ...errorEntry(event.result),
  }),
});

/** A unix socket is told by the name of this end, since its peer seldom has one. */
function peer(event: Event<'accept'>) {
  const isKnown = event.result >= 0 || ipText(event.family, event.address) === undefined;
  return isKnown ? endpointEntry(event) : { family: familyName(event.family) };
}

function local(event: Event<'accept'>): { localAddress?: string; localPort?: number } {
  const localAddress = ipText(event.family, event.localAddress);
  return localAddress === undefined ? {} : { localAddress, localPort: event.localPort };
}
