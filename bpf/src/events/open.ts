import { openFlags } from '../names/open-flags.js';
import { declareEvent } from './field.js';
import { error, file, followed, named, result, start, text, within } from './fields.js';

export const open = declareEvent({
  summary: 'A file was opened, or the attempt failed.',
  data: {
    path: text(
      'The file as the kernel resolved it; of a failed open the name as the caller gave it (flag user-memory).',
      { path: within(followed) },
    ),
    ...start('path', 'Of a failed open by a relative name, where it starts, as the kernel has it.'),
    flags: named(openFlags, 'The requested flags: O_RDONLY|O_CLOEXEC.'),
    fd: result('The file descriptor, when the call succeeded.'),
    error: error(),
    ...file('Inode of the file, when it was opened.'),
  },
});
