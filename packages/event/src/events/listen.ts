import { endpointEntry, endpointSchema } from './endpoint.js';
import { errorEntry } from './parts.js';
import { present, schemas } from './presentation.js';

export const listen = present({
  kind: 'listen',
  summary: 'A socket began to wait for connections, or could not.',
  schema: (t) =>
    t.Object({
      fd: t.Integer({ description: 'The socket.' }),
      ...endpointSchema(t),
      backlog: t.Integer({ description: 'How many may wait, as asked for.' }),
      error: schemas.error(t),
    }),
  data: (event) => ({
    fd: event.fd,
    ...endpointEntry(event),
    backlog: event.backlog,
    ...errorEntry(event.result),
  }),
});
