import { errnoName, SpoorError } from '@spoor/core';
import type { AttachSite } from '../load/attach-failure.js';
import { attachFailure } from '../load/attach-failure.js';

/** Why the kernel refuses an attachment, by the name of errno: the problem, and its remedy. */
export type Reasons = Readonly<Record<string, readonly [problem: string, remedy: string]>>;

/**
 * The error of an attachment that failed.
 *
 * @param where the hook, as a section would name it
 * @param reasons of this kind of hook. Without one, the error says what libbpf and errno tell
 */
export function failed(
  site: Omit<AttachSite, 'section'>,
  where: string,
  errno: number,
  reasons: Reasons = {},
): SpoorError {
  const { native, name, type, mark } = site;
  const reason = reasons[errnoName(errno)];
  if (reason === undefined) return attachFailure({ native, name, section: where, type, mark }, -errno);
  const [problem, remedy] = reason;
  return new SpoorError('ATTACH_FAILED', `${name} cannot be attached to ${where}: ${problem}`, {
    call: `bpf_program__attach(${name})`,
    errno,
    remedy,
    details: { program: name, section: where },
  });
}
