import { bitsText } from '../names/bits.js';
import { renameFlags } from '../names/file-flags.js';
import { bothNames, errorEntry, partSchemas, unlessEmpty } from './parts.js';
import { present, schemas } from './presentation.js';

export const rename = present({
  kind: 'rename',
  summary: 'A file was given another name, or could not be.',
  schema: (t) =>
    t.Object({
      ...partSchemas.bothNames(t),
      flags: partSchemas.flags(t, 'RENAME_NOREPLACE'),
      error: schemas.error(t),
    }),
  data: (event) => ({
    ...bothNames(event),
    ...unlessEmpty('flags', bitsText(event.flags, renameFlags)),
    ...errorEntry(event.result),
  }),
});
