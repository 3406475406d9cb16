import { errorEntry, modeText, optionalText, partSchemas } from './parts.js';
import { present, schemas, textEntry } from './presentation.js';

/** A directory was made, or could not be. */
export const mkdir = present({
  kind: 'mkdir',
  schema: (t) =>
    t.Object({
      ...partSchemas.name(t),
      ...partSchemas.directory(t),
      mode: partSchemas.mode(t),
      error: schemas.error(t),
    }),
  data: (event) => ({
    ...textEntry(event, 'path', 'path'),
    ...optionalText(event, 'directory'),
    mode: modeText(event.mode),
    ...errorEntry(event.result),
  }),
});
