import { bitsText } from '../names/bits.js';
import { atFlags } from '../names/file-flags.js';
import { bothNames, errorEntry, fileEntry, partSchemas, unlessEmpty } from './parts.js';
import { present, schemas } from './presentation.js';

export const link = present({
  kind: 'link',
  summary: 'A file was given one more name, or could not be.',
  notes: [
    'A file that was opened with O_TMPFILE gets its first name so. device and inode are those of a file that was given by ' +
      'its descriptor: with AT_EMPTY_PATH, or as /proc/self/fd/N. Symbolic links (symlink) have no event.',
  ],
  schema: (t) =>
    t.Object({
      ...partSchemas.bothNames(t),
      flags: partSchemas.flags(t, 'AT_SYMLINK_FOLLOW'),
      device: t.Optional(schemas.device(t)),
      inode: t.Optional(schemas.u64(t, 'Inode of a file that was given by its descriptor.')),
      error: schemas.error(t),
    }),
  data: (event) => ({
    ...bothNames(event),
    ...unlessEmpty('flags', bitsText(event.flags, atFlags)),
    ...fileEntry(event),
    ...errorEntry(event.result),
  }),
});
