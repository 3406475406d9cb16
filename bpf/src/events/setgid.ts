import { declareEvent } from './field.js';
import { setIdsFields } from './set-ids.js';

export const setgid = declareEvent({
  summary: 'A thread asked to change its group ids.',
  data: setIdsFields('gid'),
});
