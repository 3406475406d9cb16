import type { User } from '@spoor/proc';

/** The user that the command runs as. */
export interface CommandUser {
  /** Undefined for the user who runs `spoor`. */
  readonly user: User | undefined;
  /** The note to print if `spoor` chose the user itself. */
  readonly reason: string | undefined;
}

/**
 * Returns the user that the command runs as: the one that `--user` names or, under sudo, the user
 * who called sudo. Only the tracer needs the rights of root.
 *
 * @throws {SpoorError} INVALID_VALUE when this machine does not have the user that `wanted` names
 */
export async function commandUser(
  wanted: string | undefined,
  env: NodeJS.ProcessEnv = process.env,
): Promise<CommandUser> {
  const none = { user: undefined, reason: undefined };
  const caller = callerOf(env);
  if (wanted === undefined && caller === undefined) return none;
  const { findUser } = await import('@spoor/proc');
  const user = findUser(wanted ?? caller!);
  if (user.uid === process.getuid?.()) return none;
  if (wanted !== undefined) return { user, reason: undefined };
  return { user, reason: `the command runs as ${user.name}, who called sudo; --user root runs it as root` };
}

/** Returns the id of the user who called sudo; undefined without sudo, and if root called it. */
function callerOf(env: NodeJS.ProcessEnv): string | undefined {
  const id = env['SUDO_UID'];
  return process.getuid?.() === 0 && id !== undefined && /^\d+$/.test(id) && id !== '0' ? id : undefined;
}
