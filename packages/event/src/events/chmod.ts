import { bitsText } from '../names/bits.js';
import { deviceText } from '../names/device.js';
import { atFlags } from '../names/file-flags.js';
import { errorEntry, modeText, optionalText, partSchemas, unlessEmpty } from './parts.js';
import { present, schemas, textEntry } from './presentation.js';

export const chmod = present({
  kind: 'chmod',
  summary: 'The permissions of a file were changed, or could not be.',
  schema: (t) =>
    t.Object({
      ...partSchemas.file(t),
      mode: partSchemas.mode(t),
      flags: partSchemas.flags(t, 'AT_SYMLINK_NOFOLLOW'),
      error: schemas.error(t),
    }),
  data: (event) => ({
    ...textEntry(event, 'path', 'path'),
    ...optionalText(event, 'directory'),
    ...(event.inode !== 0n && { device: deviceText(event.device), inode: String(event.inode) }),
    mode: modeText(event.mode),
    ...unlessEmpty('flags', bitsText(event.flags, atFlags)),
    ...errorEntry(event.result),
  }),
});
