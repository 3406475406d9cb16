import { bitsText } from '../names/bits.js';
import { atFlags } from '../names/file-flags.js';
import { errorEntry, fileEntry, idEntry, partSchemas, startEntry, unlessEmpty } from './parts.js';
import { present, schemas, textNotes } from './presentation.js';

export const chown = present({
  kind: 'chown',
  summary: 'The owner or the group of a file was changed, or could not be.',
  schema: (t) =>
    t.Object({
      ...partSchemas.file(t),
      owner: partSchemas.id(
        t,
        'The owner that was asked for, in the user namespace of the caller; none for no change.',
      ),
      group: partSchemas.id(t, 'The group, likewise.'),
      flags: partSchemas.flags(t, 'AT_SYMLINK_NOFOLLOW'),
      error: schemas.error(t),
    }),
  data: (event) => ({
    path: event.path,
    ...textNotes(event, 'path'),
    ...startEntry(event),
    ...fileEntry(event),
    ...idEntry('owner', event.owner),
    ...idEntry('group', event.group),
    ...unlessEmpty('flags', bitsText(event.flags, atFlags)),
    ...errorEntry(event.result),
  }),
});
