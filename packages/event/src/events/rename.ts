import { bitsText } from '../names/bits.js';
import { renameFlags } from '../names/file-flags.js';
import { errorEntry, optionalText, partSchemas, unlessEmpty } from './parts.js';
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
      flags: partSchemas.flags(t, 'RENAME_NOREPLACE'),
      error: schemas.error(t),
    }),
  data: (event) => ({
    path: event.path,
    ...textNotes(event, 'path'),
    ...optionalText(event, 'directory'),
    newPath: event.newPath,
    ...textNotes(event, 'newPath'),
    ...optionalText(event, 'newDirectory'),
    ...unlessEmpty('flags', bitsText(event.flags, renameFlags)),
    ...errorEntry(event.result),
  }),
});
