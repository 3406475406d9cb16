import { argvBytesOf, argvBytesSchema, lacksArguments } from './exec.js';
import { declareEvent, field } from './field.js';
import { alwaysError, followed, list, start, text, u32, within } from './fields.js';

export const execFailed = declareEvent({
  summary: 'A process failed to execute a program.',
  notes: [
    'Reported when execve() or execveat() returns an error. Name and arguments are then read from the memory of the caller (flag ' +
      'user-memory), where another thread can have changed them. exe and comm are those of the caller. A shell that looks for a ' +
      'command along PATH fails once for each folder that lacks it.',
    'At most 4,095 bytes of arguments are kept and 16,384 of them are counted, 32 on kernels before 5.17. An exec that fails after the ' +
      'kernel has given up the old program, which kills the process, has no name and no arguments.',
    'Conditions: exec-failed.error=ENOENT, or exec-failed.result=-2.',
  ],
  data: {
    filename: text('The name as the caller gave it; of a script, the script.', { path: within(followed) }),
    ...start('filename'),
    argv: list('The arguments, as far as they were kept.'),
    argc: u32('How many arguments there were, as far as they were counted.'),
    argvBytes: field<number>()(
      {
        form: {
          type: 'custom',
          value: (event: Parameters<typeof argvBytesOf>[0]) =>
            lacksArguments(event) ? undefined : argvBytesOf(event),
        },
        schema: argvBytesSchema,
        description: 'Bytes of all arguments, each with a NUL, when all were kept.',
      },
      { optional: true },
    ),
    argvTruncated: field<boolean>()({
      form: { type: 'custom', value: lacksArguments },
      schema: { type: 'boolean' },
      description: 'Whether arguments, or the end of one, are missing.',
    }),
    error: alwaysError(),
  },
});
