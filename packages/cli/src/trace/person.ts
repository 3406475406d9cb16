import type { User } from '@spoor/proc';

/** Whom the command is to run as: undefined for the user who runs `spoor`. */
export interface CommandUser {
  readonly user: User | undefined;
  /** What to tell the person, where they did not say it themselves. */
  readonly note: string | undefined;
}

/**
 * The user of the command: the one that `--user` names or, under sudo, the person who called it. A command that root would
 * run has root's files and root's rights; it was only the tracer that needed them.
 *
 * @throws {SpoorError} INVALID_VALUE when this machine does not have the user that `wanted` names
 */
export async function commandUser(
  wanted: string | undefined,
  env: NodeJS.ProcessEnv = process.env,
): Promise<CommandUser> {
  const none = { user: undefined, note: undefined };
  const caller = callerOf(env);
  if (wanted === undefined && caller === undefined) return none;
  const { findUser } = await import('@spoor/proc');
  const user = findUser(wanted ?? caller!);
  if (user.uid === process.getuid?.()) return none;
  if (wanted !== undefined) return { user, note: undefined };
  return { user, note: `the command runs as ${user.name}, who called sudo; --user root has it run as root` };
}

/** The id of the person who called sudo; undefined without sudo, and where root did. */
function callerOf(env: NodeJS.ProcessEnv): string | undefined {
  const id = env['SUDO_UID'];
  return process.getuid?.() === 0 && id !== undefined && /^\d+$/.test(id) && id !== '0' ? id : undefined;
}
