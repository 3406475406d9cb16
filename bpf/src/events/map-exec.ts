import { mappingCallNames, mappingMemoryNames } from '../../gen/index.js';
import { mapFlags, protectionFlags, sharedMemoryFlags } from '../names/memory-flags.js';
import { listedNames, namesOf } from '../names/names.js';
import { declareEvent, field } from './field.js';
import { error, file, flags, followed, hexNumber, named, text, u64 } from './fields.js';

const calls = namesOf(
  (call) => mappingCallNames[call]?.replaceAll('-', '_') ?? String(call),
  Object.keys(mappingCallNames).map(Number),
  'mmap, mprotect',
);

export const mapExec = declareEvent({
  summary:
    'Memory of a process became executable, or the attempt failed: a shared object, an add-on, generated code.',
  notes: [
    'Each file is reported once per process and program that it executes, and once more if its memory is writable too. ' +
      'So is other memory, by its kind.',
    'The mapping is the one that the kernel has at the return of the call. If another thread changes mappings at that moment, ' +
      'a file is that of the descriptor, and other memory is unknown.',
    'An mprotect of several mappings is an event for each. One that fails with ENOMEM can have changed those before the gap.',
    'Not seen: what execve maps itself, which is the program, its dynamic linker and the vDSO. Code that is written ' +
      'into memory that is executable already, and an mremap. Before Linux 5.17, mappings behind the fourth of one mprotect.',
  ],
  data: {
    call: named(calls, 'mmap, mprotect, pkey_mprotect or shmat.'),
    memory: named(
      listedNames(Object.values(mappingMemoryNames), 'file, anonymous'),
      'file, anonymous, heap, stack, or unknown.',
    ),
    path: text('The file, as the kernel has it.', { path: followed, optional: true }),
    ...file('Inode of the file.'),
    protection: flags(protectionFlags, 'PROT_READ|PROT_EXEC, as asked for'),
    shmFlags: flags(sharedMemoryFlags, 'SHM_EXEC, of shmat'),
    flags: flags(mapFlags, 'MAP_PRIVATE, of mmap'),
    writable: field<boolean>()(
      {
        form: { type: 'number', show: (value) => value !== 0 },
        schema: { type: 'boolean' },
        description: 'Whether the memory is writable, too.',
      },
      { from: 'isWritable' },
    ),
    address: hexNumber('Where the mapping begins.'),
    length: u64('Bytes of the mapping; of a failed call as asked for.'),
    error: error(),
  },
});
