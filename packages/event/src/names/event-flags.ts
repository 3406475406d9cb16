import type { EventFlagName } from '@spoor/bpf/enums';

/** The meaning of each flag of an event: for `spoor list events` and the published schema. */
export const eventFlagTexts: Readonly<Record<EventFlagName, string>> = {
  'user-memory':
    "A part was read from the caller's memory, which another thread can have changed, or a process that may trace it.",
  compat: 'The caller is a 32-bit program.',
  'new-process': 'The process started or executed since the trace began.',
  'exe-unlinked': 'The binary of the process has no name left in its file system.',
  'other-root':
    "Names start at another root than the tracer's: another mount namespace, chroot(), or RESOLVE_IN_ROOT.",
  script: 'What was executed is a script, or another file that an interpreter runs.',
  'via-io-uring': 'The process handed the operation to io_uring and made no system call for it.',
  completion: 'The end of what an earlier event reported as pending. It has no call of its own.',
  racy:
    'A fact was read through descriptors, a working directory or a root that another task shares and can have changed ' +
    'during the call, an operation of io_uring began later than its name was read, a tracer or a seccomp filter can ' +
    'have answered the call, or another process can have taken a pid during the call. Nothing proved that the fact is the one of the call.',
  unreachable:
    'A path, or exe, is of a mount that is in no mount namespace: detached, or not attached yet. The path begins at the ' +
    'root of its file system.',
};

/** Explains the mark of a truncated text. It is not a flag, but can be queried like one. */
export const truncatedText =
  'A text has fewer bytes than there were. In JSON the text has an entry with Truncated behind its name.';

/** Events without facts that another task can change meanwhile. */
const provenKinds: ReadonlySet<string> = new Set(['fork', 'exit']);

/** Events of calls without anything from the caller's memory. */
const kernelKinds: ReadonlySet<string> = new Set([
  'fork',
  'exit',
  'kill',
  'ptrace',
  'setuid',
  'setgid',
  'process-vm',
  'signal',
]);

/**
 * Returns the flags that qualify the facts of an event of this kind.
 *
 * @example
 * ```ts
 * qualifyingFlags('kill'); // ['racy', 'unreachable']
 * ```
 */
export function qualifyingFlags(kind: string): readonly EventFlagName[] {
  const flags: EventFlagName[] = [];
  if (!kernelKinds.has(kind)) flags.push('user-memory');
  if (!provenKinds.has(kind)) flags.push('racy');
  flags.push('unreachable');
  return flags;
}
