import { deviceNumbers } from '../names/device.js';
import { fileTypes } from '../names/file-type.js';
import { declareEvent, type Test } from './field.js';
import { entry, error, givenName, mode, named } from './fields.js';

const CHARACTER = 2;
const BLOCK = 6;
const isDevice: readonly Test[] = [{ field: 'type', is: [CHARACTER, BLOCK] }];

export const mknod = declareEvent({
  summary: 'A device, a pipe, a socket file or an empty file was made, or the attempt failed.',
  notes: ['Not seen: the socket file that a bind makes. It is the address of the event bind.'],
  data: {
    ...givenName(entry),
    type: named(fileTypes, 'fifo, character, block, socket or regular.'),
    mode: mode(),
    deviceNumber: named(deviceNumbers, 'Of a character or block device its number: major:minor.', {
      when: isDevice,
    }),
    error: error(),
  },
});
