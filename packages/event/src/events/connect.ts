import { endpointEntry, endpointSchema } from './endpoint.js';
import { errorEntry } from './parts.js';
import { present, schemas } from './presentation.js';

export const connect = present({
  kind: 'connect',
  summary: 'A socket was connected, or could not be.',
  schema: (t) =>
    t.Object({
      fd: t.Integer({ description: 'The socket.' }),
      ...endpointSchema(t),
      error: schemas.error(t),
    }),
  data: (event) => ({ fd: event.fd, ...endpointEntry(event), ...errorEntry(event.result) }),
});
