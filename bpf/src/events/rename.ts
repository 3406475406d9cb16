import { renameFlags } from '../names/file-flags.js';
import { declareEvent } from './field.js';
import { entry, error, flags, givenName, newName } from './fields.js';

export const rename = declareEvent({
  summary: 'A file was renamed, or the attempt failed.',
  data: {
    ...givenName(entry),
    ...newName(),
    flags: flags(renameFlags, 'RENAME_NOREPLACE'),
    error: error(),
  },
});
