import { errorEntry, modeText, optionalText, partSchemas } from './parts.js';
import { present, schemas, textNotes } from './presentation.js';

export const mkdir = present({
  kind: 'mkdir',
  summary: 'A directory was made, or could not be.',
  schema: (t) =>
    t.Object({
      ...partSchemas.name(t),
      ...partSchemas.directory(t),
      mode: partSchemas.mode(t),
      error: schemas.error(t),
    }),
  data: (event) => ({
    path: event.path,
    ...textNotes(event, 'path'),
    ...optionalText(event, 'directory'),
    mode: modeText(event.mode),
    ...errorEntry(event.result),
  }),
});
