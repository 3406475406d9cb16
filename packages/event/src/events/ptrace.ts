import { ptraceRequestName } from '../names/ptrace-request.js';
import { errorEntry, partSchemas, targetEntry } from './parts.js';
import { charsEntry, present, schemas } from './presentation.js';

export const ptrace = present({
  kind: 'ptrace',
  summary: 'A thread traced another, or could not.',
  schema: (t) =>
    t.Object({
      request: t.String({ description: 'PTRACE_ATTACH …; the number of a request without a name.' }),
      pid: t.Integer({ description: 'As the caller gave it, in its own pid namespace.' }),
      address: partSchemas.hexNumber(t, 'The third argument.'),
      data: partSchemas.hexNumber(t, 'The fourth argument.'),
      ...partSchemas.target(t),
      error: schemas.error(t),
    }),
  data: (event, { architecture }) => ({
    request: ptraceRequestName(event.request, architecture),
    pid: event.pid,
    address: `0x${event.address.toString(16)}`,
    data: `0x${event.data.toString(16)}`,
    ...targetEntry(event, charsEntry(event, 'targetComm', 'targetComm')),
    ...errorEntry(event.result),
  }),
});
