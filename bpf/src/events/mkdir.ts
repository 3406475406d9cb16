import { declareEvent } from './field.js';
import { entry, error, givenName, mode } from './fields.js';

export const mkdir = declareEvent({
  summary: 'A directory was created, or the attempt failed.',
  data: { ...givenName(entry), mode: mode(), error: error() },
});
