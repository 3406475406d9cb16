import { moduleFlags } from '../names/file-flags.js';
import { declareEvent } from './field.js';
import { chars, error, flags, followed, isNotZero, text, u64 } from './fields.js';

export const moduleLoad = declareEvent({
  summary: 'A kernel module was loaded, or the attempt failed.',
  data: {
    name: chars('Name of the module, if the kernel got far enough to know it.', { optional: true }),
    path: text('The file, when it was loaded from one, as the kernel has it.', {
      path: followed,
      optional: true,
    }),
    imageSize: u64('Bytes of the image, when it was loaded from memory.', { when: isNotZero('imageSize') }),
    parameters: text('As the caller gave them.', { optional: true }),
    flags: flags(moduleFlags, 'MODULE_INIT_IGNORE_VERMAGIC'),
    error: error(),
  },
});
