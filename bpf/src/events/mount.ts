import { MountCall, mountCallNames } from '../../gen/index.js';
import { bitsText } from '../names/bits.js';
import { mountFlags, moveMountFlags } from '../names/file-flags.js';
import { namesOf } from '../names/names.js';
import { declareEvent, field } from './field.js';
import { error, followed, named, start, text, within } from './fields.js';

const calls = namesOf(
  (call) => mountCallNames[call]?.replace('-', '_') ?? String(call),
  Object.keys(mountCallNames).map(Number),
  'mount, move_mount',
);

interface Flags {
  readonly call: number;
  readonly flags: number;
}

export const mount = declareEvent({
  summary: 'A file system was mounted, or the attempt failed.',
  data: {
    call: named(calls, 'mount or move_mount.'),
    path: text('Where it is: as the kernel has it, or as the caller gave it (flag user-memory).', {
      path: within(followed),
    }),
    ...start('path'),
    source: text('The device, the directory that was bound, or any word.', {
      path: followed,
      optional: true,
    }),
    type: text('The type of file system.', { optional: true }),
    flags: field<string>()(
      {
        form: {
          type: 'custom',
          value: ({ call, flags }: Flags) =>
            bitsText(flags, call === MountCall.MOUNT_MOVE_MOUNT ? moveMountFlags : mountFlags),
        },
        schema: { type: 'string' },
        description: 'Flags, where there are any: MS_BIND|MS_REC, or MOVE_MOUNT_F_EMPTY_PATH.',
      },
      { optional: true },
    ),
    error: error(),
  },
});
