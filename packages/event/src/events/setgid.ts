import { errorEntry } from './parts.js';
import { present } from './presentation.js';
import { requestedIds, setIdsCall, setIdsSchema } from './set-ids.js';

export const setgid = present({
  kind: 'setgid',
  summary: 'A thread asked for other group ids.',
  schema: (t) => t.Object(setIdsSchema(t, 'gid')),
  data: (event) => ({
    call: setIdsCall(event.call, 'gid'),
    requested: requestedIds(event.call, event.requested),
    real: event.realGid,
    effective: event.effectiveGid,
    saved: event.savedGid,
    filesystem: event.filesystemGid,
    ...errorEntry(event.result),
  }),
});
