import { atFlags } from '../names/file-flags.js';
import { declareEvent } from './field.js';
import { entry, error, file, flags, givenName, newName } from './fields.js';

export const link = declareEvent({
  summary: 'A file was given one more name, or the attempt failed.',
  notes: [
    'A file that was opened with O_TMPFILE gets its first name this way. device and inode are those of a file that was given by ' +
      'its descriptor: with AT_EMPTY_PATH, or as /proc/self/fd/N.',
  ],
  data: {
    ...givenName(entry),
    ...newName(),
    flags: flags(atFlags, 'AT_SYMLINK_FOLLOW'),
    ...file('Inode of a file that was given by its descriptor.'),
    error: error(),
  },
});
