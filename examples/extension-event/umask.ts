import { declareEvent, named, octalNumbers } from '@spoor/bpf/declare';

export const umask = declareEvent({
  summary: 'A process set the permissions that its new files lack.',
  data: {
    mask: named(octalNumbers, 'The new mask, in octal.'),
    before: named(octalNumbers, 'The mask before, in octal.'),
  },
});
