import { ExecGain } from '@spoor/bpf';
import { capabilityNames } from '../names/capability.js';
import { deviceText } from '../names/device.js';
import { isLossy } from '../text.js';
import type { Event } from '../types.js';
import { errorEntry, filenameStartEntry, partSchemas } from './parts.js';
import { charsEntry, hex, present, type SchemaBuilder, schemas, textNotes } from './presentation.js';

export const exec = present({
  kind: 'exec',
  summary: 'A process executed a program, or could not.',
  notes: [
    'An exec that failed has error. Its filename, arguments and argc are read from the memory of the caller when the call returns ' +
      '(flag user-memory); path is empty, and exe, comm and the credentials are those that the caller keeps. It has the first 4,095 ' +
      'bytes of its arguments at most, and argc counts 16,384 of them, 32 on kernels before 5.17. A shell that looks for a command along ' +
      'PATH may fail several times.',
    'Not seen: an exec that the kernel restarts for a signal is told once, when it ends. One that fails after the kernel has given up the ' +
      'old program (the process is then killed) has no name and no arguments.',
    'Conditions: exec.result=0 for those that succeeded, exec.result<0 for those that failed, exec.gained!=0 for those that gave ' +
      'the process ids or capabilities.',
  ],
  lists: ['argv', 'argvTail'],
  schema: (t) =>
    t.Object({
      ...schemas.text(
        t,
        'path',
        'The binary as the kernel resolved it; of a script, its interpreter; empty when the exec failed.',
      ),
      ...schemas.text(t, 'filename', 'The name that was executed; of a script, the script.'),
      ...partSchemas.optionalText(
        t,
        'directory',
        'Of a failed exec by a relative name, where it starts, as the kernel has it.',
      ),
      ...partSchemas.root(t, 'root'),
      argv: t.Array(t.String(), { description: 'The arguments, or the first of them.' }),
      argvRaw: t.Optional(t.Array(schemas.hex(t))),
      argvTail: t.Optional(
        t.Array(t.String(), {
          description: 'The last 512 bytes of arguments that are longer than --argv-limit.',
        }),
      ),
      argvTailRaw: t.Optional(t.Array(schemas.hex(t))),
      argvTailTruncated: t.Optional(
        t.Literal(true, { description: 'The first argument in argvTail lacks its beginning.' }),
      ),
      argc: schemas.u32(t, 'How many arguments there were.'),
      argvBytes: t.Optional(
        t.Integer({
          minimum: 0,
          description:
            'Bytes of all arguments, each with a NUL; of a failed exec only when the arguments are whole.',
        }),
      ),
      argvTruncated: t.Boolean({ description: 'Whether argv lacks arguments, or the end of one.' }),
      error: schemas.error(t),
      ...schemas.chars(t, 'previousComm', 'The name of the task before.'),
      ...credentialSchemas(t),
      device: t.Optional(schemas.device(t)),
      inode: t.Optional(schemas.u64(t, 'Inode of the binary.')),
    }),
  data: (event) => {
    const { argv, argc, result } = event;
    return {
      path: event.path,
      ...textNotes(event, 'path'),
      filename: event.filename,
      ...textNotes(event, 'filename'),
      ...filenameStartEntry(event),
      argv: [...argv],
      ...rawArguments(argv, event.bytes('argv'), 'argvRaw'),
      ...tailEntry(event),
      argc,
      ...(result < 0 && event.isTruncated('argv') ? {} : { argvBytes: event.fullLength('argv') }),
      argvTruncated: event.isTruncated('argv') || argv.length < argc,
      ...errorEntry(result),
      ...charsEntry(event, 'previousComm', 'previousComm'),
      ...credentials(event),
      ...(result < 0 ? {} : { device: deviceText(event.device), inode: String(event.inode) }),
    };
  },
});

function tailEntry(event: Event<'exec'>) {
  const { argvTail } = event;
  if (argvTail.length === 0) return {};
  return {
    argvTail: [...argvTail],
    ...rawArguments(argvTail, event.bytes('argvTail'), 'argvTailRaw'),
    ...(event.argvTailCut === 0 ? {} : { argvTailTruncated: true as const }),
  };
}

/** All of them, when one is not UTF-8. */
function rawArguments<Name extends string>(
  argv: readonly string[],
  bytes: Uint8Array,
  name: Name,
): { [N in Name]?: string[] } {
  if (!argv.some((text) => text.includes('\ufffd'))) return {};
  const raw: Uint8Array[] = [];
  for (let start = 0; start < bytes.length; ) {
    const end = bytes.indexOf(0, start);
    raw.push(bytes.subarray(start, end < 0 ? bytes.length : end));
    start = end < 0 ? bytes.length : end + 1;
  }
  const lossy = raw.some((part, index) => isLossy(argv[index]!, part));
  return (lossy ? { [name]: raw.map(hex) } : {}) as { [N in Name]?: string[] };
}

const gains = [
  [ExecGain.EXEC_GAINED_EUID, 'euid'],
  [ExecGain.EXEC_GAINED_EGID, 'egid'],
] as const;

/** An older recording has none. */
function credentials(event: Event<'exec'>) {
  if (!event.has('euid')) return {};
  const { euid, suid, gid, egid, sgid, gained } = event;
  const names = [
    ...gains.flatMap(([bit, name]) => ((gained & bit) === 0 ? [] : [name])),
    ...capabilityNames(event.gainedCapabilities),
  ];
  return {
    euid,
    suid,
    gid,
    egid,
    sgid,
    effectiveCapabilities: capabilityWord(event.effective),
    permittedCapabilities: capabilityWord(event.permitted),
    ...(names.length === 0 ? {} : { gained: names }),
  };
}

/** As /proc/PID/status prints a set. */
const capabilityWord = (set: bigint): string => set.toString(16).padStart(16, '0');

function credentialSchemas(t: SchemaBuilder) {
  const id = (description: string) => t.Optional(schemas.u32(t, description));
  const word = (description: string) => t.Optional(t.String({ pattern: '^[0-9a-f]{16}$', description }));
  return {
    euid: id(
      'Effective user id, in the initial user namespace, like those that follow. uid is the real one.',
    ),
    suid: id('Saved user id.'),
    gid: id('Real group id.'),
    egid: id('Effective group id.'),
    sgid: id('Saved group id.'),
    effectiveCapabilities: word('Hexadecimal, bit (1 << CAP_) each, as CapEff in /proc/PID/status.'),
    permittedCapabilities: word('As CapPrm in /proc/PID/status.'),
    gained: t.Optional(
      t.Array(t.String({ pattern: '^(euid|egid|CAP_[A-Z0-9_]+)$' }), {
        description:
          'What the file gave the process: another euid or egid by its set-user-id or set-group-id bit, and permitted capabilities.',
      }),
    ),
  };
}
