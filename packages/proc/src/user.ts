import { SpoorError } from '@spoor/core';

/** A user of this machine, as a command runs: ids, supplementary groups, and what `HOME` and `USER` say. */
export interface User {
  readonly name: string;
  readonly uid: number;
  readonly gid: number;
  readonly groups: readonly number[];
  readonly home: string;
}

/**
 * Looks a user up, by name or by id, where the machine keeps them: `getent` and `id` ask every source that is configured.
 *
 * @throws {SpoorError} INVALID_VALUE when there is no such user
 */
export function findUser(nameOrId: string | number): User {
  const line = ask('getent', ['passwd', '--', String(nameOrId)])?.split(':');
  const [name = '', , uid = '', gid = '', , home = ''] = line ?? [];
  const groups = line === undefined ? undefined : ask('id', ['-G', '--', name]);
  if (name === '' || groups === undefined) {
    throw new SpoorError(
      'INVALID_VALUE',
      `There is no user ${JSON.stringify(String(nameOrId))} on this machine`,
      {
        remedy: 'Give the name or the id of a user: getent passwd lists them.',
      },
    );
  }
  return { name, uid: Number(uid), gid: Number(gid), groups: groups.split(' ').map(Number), home };
}

/**
 * Returns a program's first line; undefined if it fails. Loads `node:child_process` only here: that
 * takes milliseconds.
 */
function ask(program: string, args: readonly string[]): string | undefined {
  const { execFileSync } = process.getBuiltinModule('node:child_process');
  try {
    const output = execFileSync(program, args, { encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] });
    return output.split('\n')[0];
  } catch {
    return undefined;
  }
}
