import { atFlags } from '../names/file-flags.js';
import { declareEvent } from './field.js';
import { error, flags, mode, namedFile } from './fields.js';

export const chmod = declareEvent({
  summary: 'The permissions of a file were changed, or the attempt failed.',
  data: {
    ...namedFile(),
    mode: mode(),
    flags: flags(atFlags, 'AT_SYMLINK_NOFOLLOW'),
    error: error(),
  },
});
