import { atFlags } from '../names/file-flags.js';
import { declareEvent } from './field.js';
import { error, flags, namedFile, requestedId } from './fields.js';

export const chown = declareEvent({
  summary: 'The owner or the group of a file was changed, or the attempt failed.',
  data: {
    ...namedFile(),
    owner: requestedId(
      'owner',
      'The requested owner, in the user namespace of the caller. Left out for no change.',
    ),
    group: requestedId(
      'group',
      'The requested group, in the user namespace of the caller. Left out for no change.',
    ),
    flags: flags(atFlags, 'AT_SYMLINK_NOFOLLOW'),
    error: error(),
  },
});
