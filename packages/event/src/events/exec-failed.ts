import { rawArguments } from './arguments.js';
import { errorEntry, filenameStartEntry, partSchemas } from './parts.js';
import { present, schemas, textNotes } from './presentation.js';

export const execFailed = present({
  kind: 'exec-failed',
  summary: 'A process could not execute a program, and goes on as it was.',
  notes: [
    'Told when execve() or execveat() returns an error. Name and arguments are then read from the memory of the caller (flag ' +
      'user-memory), where another thread can have changed them. exe and comm are those of the caller. A shell that looks for a ' +
      'command along PATH fails once for each folder that lacks it.',
    'At most 4,095 bytes of arguments are kept and 16,384 of them are counted, 32 on kernels before 5.17. An exec that fails after the ' +
      'kernel has given up the old program, which kills the process, has no name and no arguments.',
    'Conditions: exec-failed.result=-2 for ENOENT.',
  ],
  schema: (t) =>
    t.Object({
      ...schemas.text(t, 'filename', 'The name as the caller gave it; of a script, the script.'),
      ...partSchemas.directory(t),
      argv: t.Array(t.String(), { description: 'The arguments, as far as they were kept.' }),
      argvRaw: t.Optional(t.Array(schemas.hex(t))),
      argc: schemas.u32(t, 'How many arguments there were, as far as they were counted.'),
      argvBytes: t.Optional(
        t.Integer({
          minimum: 0,
          description: 'Bytes of all arguments, each with a NUL, when all were kept.',
        }),
      ),
      argvTruncated: t.Boolean({ description: 'Whether arguments, or the end of one, are missing.' }),
      error: t.String({ pattern: '^(E[A-Z0-9_]+|[0-9]+)$', description: 'Name of the errno: ENOENT.' }),
    }),
  data: (event) => {
    const { argv, argc } = event;
    const argvTruncated = event.isTruncated('argv') || argv.length < argc;
    return {
      filename: event.filename,
      ...textNotes(event, 'filename'),
      ...filenameStartEntry(event),
      argv: [...argv],
      ...rawArguments(argv, event.bytes('argv'), 'argvRaw'),
      argc,
      ...(argvTruncated ? {} : { argvBytes: event.fullLength('argv') }),
      argvTruncated,
      error: errorEntry(event.result).error ?? '0',
    };
  },
});
