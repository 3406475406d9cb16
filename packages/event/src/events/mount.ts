import { MountCall, mountCallNames } from '@spoor/bpf';
import { bitsText } from '../names/bits.js';
import { mountFlags, moveMountFlags } from '../names/file-flags.js';
import { errorEntry, optionalText, partSchemas, startEntry, unlessEmpty } from './parts.js';
import { present, schemas, textEntry } from './presentation.js';

export const mount = present({
  kind: 'mount',
  summary: 'A file system was put in place, or could not be.',
  schema: (t) =>
    t.Object({
      call: t.String({ description: 'mount or move_mount.' }),
      ...schemas.text(
        t,
        'path',
        'Where it is: as the kernel has it, or as the caller gave it (flag user-memory).',
      ),
      ...partSchemas.directory(t),
      ...partSchemas.optionalText(t, 'source', 'The device, the directory that was bound, or any word.'),
      ...partSchemas.optionalText(t, 'type', 'The type of file system.'),
      flags: partSchemas.flags(t, 'MS_BIND|MS_REC, or MOVE_MOUNT_F_EMPTY_PATH'),
      error: schemas.error(t),
    }),
  data: (event) => ({
    call: mountCallNames[event.call]?.replace('-', '_') ?? String(event.call),
    ...textEntry(event, 'path', 'path'),
    ...startEntry(event),
    ...optionalText(event, 'source'),
    ...optionalText(event, 'type'),
    ...unlessEmpty(
      'flags',
      bitsText(event.flags, event.call === MountCall.MOUNT_MOVE_MOUNT ? moveMountFlags : mountFlags),
    ),
    ...errorEntry(event.result),
  }),
});
