import { bitsText } from '../names/bits.js';
import { atFlags } from '../names/file-flags.js';
import { errorEntry, fileEntry, modeText, partSchemas, startEntry, unlessEmpty } from './parts.js';
import { present, schemas, textNotes } from './presentation.js';

export const chmod = present({
  kind: 'chmod',
  summary: 'The permissions of a file were changed, or could not be.',
  schema: (t) =>
    t.Object({
      ...partSchemas.file(t),
      mode: partSchemas.mode(t),
      flags: partSchemas.flags(t, 'AT_SYMLINK_NOFOLLOW'),
      error: schemas.error(t),
    }),
  data: (event) => ({
    path: event.path,
    ...textNotes(event, 'path'),
    ...startEntry(event),
    ...fileEntry(event),
    mode: modeText(event.mode),
    ...unlessEmpty('flags', bitsText(event.flags, atFlags)),
    ...errorEntry(event.result),
  }),
});
