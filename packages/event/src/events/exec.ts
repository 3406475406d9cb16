import { ExecGain } from '@spoor/bpf';
import { capabilityNames } from '../names/capability.js';
import { deviceText } from '../names/device.js';
import type { Event } from '../types.js';
import { rawArguments } from './arguments.js';
import { charsEntry, present, type SchemaBuilder, schemas, textNotes } from './presentation.js';

export const exec = present({
  kind: 'exec',
  summary: 'A process executed a program.',
  notes: [
    'An exec that failed is an event of its own, exec-failed.',
    'The arguments are read from the memory of the process (flag user-memory), right before its first instruction. Another ' +
      'process that may trace it can have written there a moment before. All else is the kernel’s own.',
    'Of arguments that are longer than --argv-limit argv has the beginning and argvTail the end. Conditions: exec.gained!=0 for an ' +
      'exec that gave the process ids or capabilities.',
  ],
  schema: (t) =>
    t.Object({
      ...schemas.text(t, 'path', 'The binary as the kernel resolved it; of a script, its interpreter.'),
      ...schemas.text(t, 'filename', 'The name that was executed; of a script, the script.'),
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
      argvBytes: t.Integer({
        minimum: 0,
        description: 'Bytes of all arguments, each with a NUL.',
      }),
      argvTruncated: t.Boolean({ description: 'Whether argv lacks arguments, or the end of one.' }),
      ...schemas.chars(t, 'previousComm', 'The name of the task before.'),
      ...credentialSchemas(t),
      device: schemas.device(t),
      inode: schemas.u64(t, 'Inode of the binary.'),
    }),
  data: (event) => {
    const { argv, argc } = event;
    return {
      path: event.path,
      ...textNotes(event, 'path'),
      filename: event.filename,
      ...textNotes(event, 'filename'),
      argv: [...argv],
      ...rawArguments(argv, event.bytes('argv'), 'argvRaw'),
      ...tailEntry(event),
      argc,
      argvBytes: event.fullLength('argv'),
      argvTruncated: event.isTruncated('argv') || argv.length < argc,
      ...charsEntry(event, 'previousComm', 'previousComm'),
      ...credentials(event),
      device: deviceText(event.device),
      inode: String(event.inode),
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
