import { declareEvent } from './field.js';
import { setIdsFields } from './set-ids.js';

export const setuid = declareEvent({
  summary: 'A thread asked to change its user ids.',
  data: setIdsFields('uid'),
});
