import { BinaryTrait, ExecGain } from '../../gen/index.js';
import { capabilityNames } from '../names/capability.js';
import { fileTypes } from '../names/file-type.js';
import { declareEvent, field, type TextFacts } from './field.js';
import { chars, device, followed, isNotZero, list, named, text, u32, u64 } from './fields.js';

interface Arguments extends TextFacts {
  readonly argv: readonly string[];
  readonly argc: number;
}

/** Returns true if arguments, or the end of one, are missing. */
const lacksArguments = (event: Arguments): boolean =>
  event.isTruncated('argv') || event.argv.length < event.argc;

const argvBytesOf = (event: Arguments): number => event.fullLength('argv');

const gains = [
  [ExecGain.EXEC_GAINED_EUID, 'euid'],
  [ExecGain.EXEC_GAINED_EGID, 'egid'],
] as const;

interface Gains {
  readonly gained: number;
  readonly gainedCapabilities: bigint;
}

const gainedNames = ({ gained, gainedCapabilities }: Gains): string[] => [
  ...gains.flatMap(([bit, name]) => ((gained & bit) === 0 ? [] : [name])),
  ...capabilityNames(gainedCapabilities),
];

const traits = [
  [BinaryTrait.BINARY_UPPER_LAYER, 'upper-layer'],
  [BinaryTrait.BINARY_IN_MEMORY, 'in-memory'],
  [BinaryTrait.BINARY_UNLINKED, 'unlinked'],
  [BinaryTrait.BINARY_WRITABLE, 'writable'],
] as const;

const traitNames = ({ binaryTraits }: { readonly binaryTraits: number }): string[] =>
  traits.flatMap(([bit, name]) => ((binaryTraits & bit) === 0 ? [] : [name]));

const hasScriptInode = isNotZero('scriptInode');

const id = (description: string) => u32(description, { ifRecorded: true });

/** A set as /proc/PID/status prints it. */
const capabilityWord = (from: string, description: string) =>
  field<string>()(
    {
      form: { type: 'wide', show: (set) => set.toString(16).padStart(16, '0') },
      schema: { type: 'string', pattern: '^[0-9a-f]{16}$' },
      description,
    },
    { from, ifRecorded: true },
  );

const argvBytesSchema = { type: 'integer', minimum: 0 };

export const exec = declareEvent({
  summary: 'A process executed a program.',
  notes: [
    'An exec that failed is an event of its own, exec-failed.',
    'The arguments are those that the kernel copied. If they are longer than 1,920 bytes, or the kernel lacks the hooks (6.10, ' +
      'or fentry and 5.17), they are read from the memory of the process right before its first instruction. A process that ' +
      'may trace it can have changed them by then (flag user-memory). All else is the kernel’s own.',
    'If the arguments are longer than --argv-limit, argv has their beginning and argvTail their end. Conditions: exec.gained!=0 ' +
      'selects an exec that gave the process ids or capabilities.',
    'binaryTraits are those of the binary, of a script those of its interpreter. writable does not count capabilities, ACLs and ' +
      'supplementary groups, so for root it says only what the owner may do. Where the kernel has overlayfs as a module, ' +
      'upper-layer is not known.',
    'env is read from the memory of the process right before its first instruction. A process that may trace it can have changed ' +
      'it by then (flag user-memory). It has at most 4,096 bytes. Names of more than 127 bytes are not seen.',
    'The working directory is the path in its mount namespace, whatever the root of the process is. A directory that was removed ' +
      'keeps its last name. Flag unreachable: it is on a mount that was detached. Flag racy: another process shares it and changed it.',
  ],
  data: {
    path: text('The binary as the kernel resolved it; of a script, its interpreter.', { path: followed }),
    filename: text('The name that was executed; of a script, the script.', { path: followed }),
    script: text(
      'Of a file that an interpreter runs, the file. Symbolic links in it are followed only if scriptInode is there.',
      { path: followed, ifRecorded: true, optional: true },
    ),
    scriptDevice: device({ ifRecorded: true, when: hasScriptInode }),
    scriptInode: u64(
      'Inode of that file, if the kernel has it still: it was executed by its descriptor, or binfmt_misc gives its interpreter one.',
      { ifRecorded: true, when: hasScriptInode },
    ),
    cwd: text('The working directory, as the kernel has it.', { path: followed, ifRecorded: true }),
    argv: list('The arguments, or the first of them.'),
    argvTail: list('The last 512 bytes of arguments that are longer than --argv-limit.', { optional: true }),
    argvTailTruncated: field<true>()(
      {
        form: { type: 'custom', value: () => true },
        schema: { const: true },
        description: 'The first argument in argvTail lacks its beginning.',
      },
      {
        when: [
          { field: 'argvTailCut', not: [0] },
          { field: 'argvTail', not: [0] },
        ],
      },
    ),
    argc: u32('How many arguments there were.'),
    argvBytes: field<number>()({
      form: { type: 'custom', value: argvBytesOf },
      schema: argvBytesSchema,
      description: 'Bytes of all arguments, each with a NUL.',
    }),
    argvTruncated: field<boolean>()({
      form: { type: 'custom', value: lacksArguments },
      schema: { type: 'boolean' },
      description: 'Whether argv lacks arguments, or the end of one.',
    }),
    previousComm: chars('The name of the task before.'),
    sessionId: id('Session of the process, as a process id in the initial namespace, like tgid.'),
    processGroup: id(
      'Process group, in the initial namespace. Both are 0 for a process that the kernel started.',
    ),
    terminal: text('The controlling terminal by its name in /dev: pts/3. Left out without one.', {
      ifRecorded: true,
      optional: true,
    }),
    loginuid: u32(
      'Id of the user who logged in, which su and sudo keep, in the initial user namespace. Left out if nobody logged in, or if the kernel was built without audit.',
      { ifRecorded: true, when: [{ field: 'loginuid', not: [0xffffffff] }] },
    ),
    euid: id(
      'Effective user id, in the initial user namespace, like those that follow. uid is the real one.',
    ),
    suid: id('Saved user id.'),
    gid: id('Real group id.'),
    egid: id('Effective group id.'),
    sgid: id('Saved group id.'),
    supplementaryGroups: u32('How many supplementary groups the process has.', { ifRecorded: true }),
    effectiveCapabilities: capabilityWord(
      'effective',
      'Hexadecimal, one bit (1 << CAP_) per capability, as CapEff in /proc/PID/status.',
    ),
    permittedCapabilities: capabilityWord('permitted', 'As CapPrm in /proc/PID/status.'),
    gained: field<string[]>()(
      {
        form: { type: 'custom', value: gainedNames },
        schema: { type: 'array', items: { type: 'string', pattern: '^(euid|egid|CAP_[A-Z0-9_]+)$' } },
        description:
          'What the file gave the process: another euid or egid by its set-user-id or set-group-id bit, and permitted capabilities.',
      },
      { ifRecorded: true, optional: true },
    ),
    device: device(),
    inode: u64('Inode of the binary.'),
    changeTimeNs: u64('Last change of the binary or its attributes (ctime), in nanoseconds since 1970.', {
      ifRecorded: true,
    }),
    sha256: field<string>()(
      {
        form: { type: 'custom', value: (event: { _sha256?(): string | undefined }) => event._sha256?.() },
        schema: { type: 'string', pattern: '^([0-9a-f]{64}|unknown)$' },
        description:
          'SHA-256 of the binary, if it was asked for. unknown: it was removed or changed meanwhile, or was changed less than ' +
          '50 ms before it was executed (2 s if changeTimeNs is whole seconds), or is in-memory, or cannot be read. ' +
          'Left out if 20,000 events had to wait for it.',
      },
      { optional: true },
    ),
    binaryTraits: field<string[]>()(
      {
        form: { type: 'custom', value: traitNames, asked: { as: 'texts', from: 'binaryTraits' } },
        schema: { type: 'array', items: { enum: traits.map(([, name]) => name) } },
        description:
          'upper-layer: in the upper layer of an overlay, so not from the image of its container, or changed since. ' +
          'in-memory: on tmpfs, ramfs or hugetlbfs, as what memfd_create makes. unlinked: no directory has it. ' +
          'writable: its mode lets the process write to it.',
      },
      { ifRecorded: true, optional: true },
    ),
    stdin: named(
      fileTypes,
      'Type of the file that is descriptor 0: regular, character, block, directory, fifo or socket. A shell whose stdin is a ' +
        'socket takes commands from it. Left out if descriptor 0 is closed or has no such type, as an epoll.',
      { from: 'stdinType', ifRecorded: true, when: isNotZero('stdinType') },
    ),
    env: list(
      'The variables of the environment that were asked for: NAME=value, or NAME alone if its value was not asked for.',
      { ifRecorded: true, optional: true },
    ),
    envTruncated: field<true>()(
      {
        form: { type: 'custom', value: (event: TextFacts) => event.isTruncated('env') || undefined },
        schema: { const: true },
        description: 'env lacks variables, or the end of one.',
      },
      { from: 'env', ifRecorded: true, optional: true },
    ),
  },
});

export { argvBytesOf, argvBytesSchema, lacksArguments };
