import { listedNames } from '../names/names.js';
import { declareEvent } from './field.js';
import { error, integer, named, result } from './fields.js';
import { target } from './process-fields.js';

/** `enum process_vm_call` */
const calls = listedNames(['process_vm_readv', 'process_vm_writev'], 'process_vm_readv, process_vm_writev');

export const processVm = declareEvent({
  summary: 'A process read or wrote the memory of another process, or the attempt failed.',
  notes: [
    'The kernel looks up the pid when the call begins, and Spoor when it returns. If the target is younger than the ' +
      'calling thread, another process can have taken the pid between (flag racy).',
    'Not seen: reads and writes of /proc/PID/mem, whose open is an open, those of ptrace, which are a ptrace, and ' +
      'memory that processes share.',
  ],
  data: {
    call: named(calls, 'process_vm_readv or process_vm_writev.'),
    pid: integer('As the caller gave it, in its own pid namespace.'),
    bytes: result('Bytes that were copied. They can be fewer than the caller asked for.'),
    ...target(),
    error: error(),
  },
});
