import { bitsText } from '../names/bits.js';
import { atFlags } from '../names/file-flags.js';
import { errorEntry, partSchemas, startEntry, unlessEmpty } from './parts.js';
import { present, schemas, textNotes } from './presentation.js';

export const unlink = present({
  kind: 'unlink',
  summary: 'A name of a file, or an empty directory, was removed, or could not be.',
  schema: (t) =>
    t.Object({
      ...partSchemas.name(t),
      ...partSchemas.directory(t),
      flags: partSchemas.flags(t, 'AT_REMOVEDIR for a directory'),
      error: schemas.error(t),
    }),
  data: (event) => ({
    path: event.path,
    ...textNotes(event, 'path'),
    ...startEntry(event),
    ...unlessEmpty('flags', bitsText(event.flags, atFlags)),
    ...errorEntry(event.result),
  }),
});
