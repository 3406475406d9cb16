import { KnownBytes } from '../known-bytes.js';
import { errorEntry, modeText, partSchemas, startEntry } from './parts.js';
import { present, schemas, textNotes } from './presentation.js';
import { endBytes, errorBytes, writeNames } from './write-parts.js';

const modeBytes = new KnownBytes((mode) => `,"mode":"${modeText(mode)}"`);

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
    ...startEntry(event),
    mode: modeText(event.mode),
    ...errorEntry(event.result),
  }),
  write: (event, out) => {
    if (!writeNames(event, out)) return false;
    out._bytes(modeBytes.of(event.mode));
    if (event.result < 0) out._bytes(errorBytes.of(-event.result));
    out._bytes(endBytes);
    return true;
  },
});
