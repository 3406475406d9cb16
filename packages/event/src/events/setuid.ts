import { errorEntry } from './parts.js';
import { present } from './presentation.js';
import { requestedIds, setIdsCall, setIdsSchema } from './set-ids.js';

export const setuid = present({
  kind: 'setuid',
  summary: 'A thread asked for other user ids.',
  schema: (t) => t.Object(setIdsSchema(t, 'uid')),
  data: (event) => ({
    call: setIdsCall(event.call, 'uid'),
    requested: requestedIds(event.call, event.requested),
    real: event.realUid,
    effective: event.effectiveUid,
    saved: event.savedUid,
    filesystem: event.filesystemUid,
    ...errorEntry(event.result),
  }),
});
