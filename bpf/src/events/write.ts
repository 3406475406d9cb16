import { FileChange } from '../../gen/index.js';
import { declareEvent, field } from './field.js';
import { error, file, followed, text, u32, u64 } from './fields.js';

const flag = (description: string) =>
  field<boolean>()({
    form: { type: 'number', show: (value) => value !== 0 },
    schema: { type: 'boolean' },
    description,
  });

export const write = declareEvent({
  summary:
    'A file that was written is closed for good: once per open, however many descriptors and processes shared it.',
  notes: [
    'The process is the one that wrote first, as it was then, and so is the path. Other processes can have written through ' +
      'the same open file: their bytes count, too.',
    'Regular files and block devices, through write, writev, pwrite, pwritev, sendfile, splice, copy_file_range, a shared writable ' +
      'mapping, and a ring (io_uring, since Linux 5.19).',
    'A call whose bytes went to a descriptor that another thread can have replaced has the flag racy.',
    'Not seen: a file that is still open when the trace ends. What was written before the trace began, or by processes in no scope ' +
      'before the first in one. A mapping that mprotect makes writable, or, on overlayfs, that outlives the descriptors. Operations of a ring that ask for no ' +
      'completion. A change without a write, such as by truncate, fallocate, an open with O_TRUNC or a clone (FICLONE). What the kernel ' +
      'writes for itself: core dumps, loop devices, NFS.',
    'At most 8,192 are watched at a time, together with connections. A file beyond is counted as dropped.',
  ],
  data: {
    path: text('The file as the kernel had it when it was first written.', { path: followed }),
    ...file('Inode of the file.'),
    writtenBytes: u64('Bytes that calls wrote.'),
    calls: u32('Calls that wrote, or failed to.'),
    created: flag('Whether the open created the file.'),
    changed: field<boolean>()(
      {
        form: { type: 'number', show: (value) => value === FileChange.FILE_CHANGED },
        schema: { type: 'boolean' },
        description:
          'Whether a call wrote any bytes. Left out if none did, but memory of the file was mapped and can have changed.',
      },
      { when: [{ field: 'changed', not: [FileChange.FILE_MAY_HAVE_CHANGED] }] },
    ),
    mapped: flag('Whether memory of the file was shared and writable.'),
    error: error([], 'Name of the errno, when the last of these calls failed.'),
  },
});
