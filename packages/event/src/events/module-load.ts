import { bitsText } from '../names/bits.js';
import { moduleFlags } from '../names/file-flags.js';
import { errorEntry, optionalText, partSchemas, unlessEmpty } from './parts.js';
import { charsEntry, present, schemas } from './presentation.js';

export const moduleLoad = present({
  kind: 'module-load',
  summary: 'A kernel module was loaded, or could not be.',
  schema: (t) =>
    t.Object({
      name: t.Optional(t.String({ description: 'As the kernel has it, when it got so far as to know.' })),
      nameRaw: t.Optional(schemas.hex(t)),
      ...partSchemas.optionalText(t, 'path', 'The file, when it was loaded from one, as the kernel has it.'),
      imageSize: t.Optional(schemas.u64(t, 'Bytes of the image, when it was loaded from memory.')),
      ...partSchemas.optionalText(t, 'parameters', 'As the caller gave them.'),
      flags: partSchemas.flags(t, 'MODULE_INIT_IGNORE_VERMAGIC'),
      error: schemas.error(t),
    }),
  data: (event) => ({
    ...(event.name !== '' && charsEntry(event, 'name', 'name')),
    ...optionalText(event, 'path'),
    ...(event.imageSize !== 0n && { imageSize: String(event.imageSize) }),
    ...optionalText(event, 'parameters'),
    ...unlessEmpty('flags', bitsText(event.flags, moduleFlags)),
    ...errorEntry(event.result),
  }),
});
