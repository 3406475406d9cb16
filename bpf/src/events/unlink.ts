import { atFlags } from '../names/file-flags.js';
import { declareEvent } from './field.js';
import { entry, error, flags, givenName } from './fields.js';

export const unlink = declareEvent({
  summary: 'A name of a file, or an empty directory, was removed, or the attempt failed.',
  data: {
    ...givenName(entry),
    flags: flags(atFlags, 'AT_REMOVEDIR for a directory'),
    error: error(),
  },
});
