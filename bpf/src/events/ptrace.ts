import { ptraceRequests } from '../names/ptrace-request.js';
import { declareEvent } from './field.js';
import { error, hexNumber, integer, named } from './fields.js';
import { target } from './process-fields.js';

export const ptrace = declareEvent({
  summary: 'A thread traced another thread, or the attempt failed.',
  data: {
    request: named(ptraceRequests, 'PTRACE_ATTACH …; the number of a request without a name.'),
    pid: integer('As the caller gave it, in its own pid namespace.'),
    address: hexNumber('The third argument.'),
    data: hexNumber('The fourth argument.'),
    ...target(),
    error: error(),
  },
});
