import { bitsText } from '../names/bits.js';
import { atFlags } from '../names/file-flags.js';
import { errorEntry, fileEntry, newStartEntry, partSchemas, startEntry, unlessEmpty } from './parts.js';
import { present, schemas, textNotes } from './presentation.js';

export const link = present({
  kind: 'link',
  summary: 'A file was given one more name, or could not be.',
  notes: [
    'A file that was opened with O_TMPFILE gets its first name so. device and inode are those of a file that was given by ' +
      'its descriptor: with AT_EMPTY_PATH, or as /proc/self/fd/N. Symbolic links (symlink) have no event.',
  ],
  schema: (t) =>
    t.Object({
      ...partSchemas.name(t),
      ...partSchemas.directory(t),
      ...schemas.text(t, 'newPath', 'The new name as the caller gave it.'),
      ...partSchemas.optionalText(
        t,
        'newDirectory',
        'Where it starts when it is relative, as the kernel has it.',
      ),
      ...partSchemas.root(t, 'newRoot'),
      flags: partSchemas.flags(t, 'AT_SYMLINK_FOLLOW'),
      device: t.Optional(schemas.device(t)),
      inode: t.Optional(schemas.u64(t, 'Inode of a file that was given by its descriptor.')),
      error: schemas.error(t),
    }),
  data: (event) => ({
    path: event.path,
    ...textNotes(event, 'path'),
    ...startEntry(event),
    newPath: event.newPath,
    ...textNotes(event, 'newPath'),
    ...newStartEntry(event),
    ...unlessEmpty('flags', bitsText(event.flags, atFlags)),
    ...fileEntry(event),
    ...errorEntry(event.result),
  }),
});
