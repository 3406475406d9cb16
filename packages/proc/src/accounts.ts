import { SpoorError } from '@spoor/core';
import { tryRead } from './files.js';

/**
 * A user of this machine, as a command runs: ids, supplementary groups, and the values of `HOME`
 * and `USER`.
 */
export interface User {
  readonly name: string;
  readonly uid: number;
  readonly gid: number;
  readonly groups: readonly number[];
  readonly home: string;
}

/** A table of accounts: `/etc/passwd` or `/etc/group`. */
type Table = 'passwd' | 'group';

/** The rows of a table's file. Accounts of a directory service are in no file. */
const rowsOf = (table: Table): string[][] =>
  tryRead(`/etc/${table}`)
    .split('\n')
    .filter((line) => line.includes(':'))
    .map((line) => line.split(':'));

/**
 * Finds a row by name in the file, else by name or id with `getent`, which asks every configured
 * source.
 */
const findRow = (table: Table, nameOrId: string): string[] | undefined =>
  rowsOf(table).find(([name]) => name === nameOrId) ?? ask('getent', [table, '--', nameOrId])?.split(':');

/**
 * Looks up the id of a user (`passwd`) or a group (`group`) by name.
 *
 * @returns `undefined` if the account does not exist
 *
 * @example
 * ```ts
 * findAccountId('passwd', 'root'); // 0
 * ```
 */
export function findAccountId(table: 'passwd' | 'group', name: string): number | undefined {
  const id = Number(findRow(table, name)?.[2]);
  return Number.isInteger(id) ? id : undefined;
}

/**
 * Lists the names in `/etc/passwd` or `/etc/group`, for suggestions.
 *
 * @example
 * ```ts
 * nearest('rot', accountNames('passwd')); // 'root'
 * ```
 */
export const accountNames = (table: 'passwd' | 'group'): string[] => rowsOf(table).map(([name]) => name!);

/**
 * Looks up a user by name or id, in every source that the machine is configured for.
 *
 * @throws {SpoorError} INVALID_VALUE when there is no such user
 *
 * @example
 * ```ts
 * const { uid, gid, home } = findUser('nobody');
 * ```
 */
export function findUser(nameOrId: string | number): User {
  const [name = '', , uid = '', gid = '', , home = ''] = findRow('passwd', String(nameOrId)) ?? [];
  const groups = name === '' ? undefined : ask('id', ['-G', '--', name]);
  if (groups === undefined) {
    const shown = JSON.stringify(String(nameOrId));
    throw new SpoorError('INVALID_VALUE', `no such user on this machine: ${shown}`, {
      remedy: 'Give the name or the id of a user. List all users: getent passwd.',
    });
  }
  return { name, uid: Number(uid), gid: Number(gid), groups: groups.split(' ').map(Number), home };
}

/**
 * Returns the first line that a program prints; `undefined` if the program fails. Loads
 * `node:child_process` only here, because that takes milliseconds.
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
