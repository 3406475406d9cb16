import { bitsText } from '../names/bits.js';
import { renameFlags } from '../names/file-flags.js';
import { errorEntry, newStartEntry, partSchemas, startEntry, unlessEmpty } from './parts.js';
import { present, schemas, textNotes } from './presentation.js';

export const rename = present({
  kind: 'rename',
  summary: 'A file was given another name, or could not be.',
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
      flags: partSchemas.flags(t, 'RENAME_NOREPLACE'),
      error: schemas.error(t),
    }),
  data: (event) => ({
    path: event.path,
    ...textNotes(event, 'path'),
    ...startEntry(event),
    newPath: event.newPath,
    ...textNotes(event, 'newPath'),
    ...newStartEntry(event),
    ...unlessEmpty('flags', bitsText(event.flags, renameFlags)),
    ...errorEntry(event.result),
  }),
});
