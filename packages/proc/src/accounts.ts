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

/** The largest id of an account. The next one, (uid_t)-1, means "no change" to system calls. */
const largestAccountId = 0xffff_fffe;

/**
 * Finds a row by name in the file, else by name or id with `getent`, which asks every configured
 * source.
 */
function findRow(table: Table, nameOrId: string): string[] | undefined {
  const known = rowsOf(table).find(([name]) => name === nameOrId);
  if (known !== undefined) return known;
  const row = ask('getent', [table, '--', nameOrId])?.split(':');
  // getent reads ` 0`, `+0` and 4294967296 as the number 0.
  const isNumber = /^\s*[+-]?\d+$/.test(nameOrId);
  return isNumber && row?.[2] !== nameOrId ? undefined : row;
}

/** Reads the id of a row; undefined if it is not one. */
function idOf(text = ''): number | undefined {
  const id = /^\d+$/.test(text) ? Number(text) : Number.NaN;
  return id <= largestAccountId ? id : undefined;
}

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
  return idOf(findRow(table, name)?.[2]);
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
  const [name = '', , uidText, gidText, , home = ''] = findRow('passwd', String(nameOrId)) ?? [];
  const uid = idOf(uidText);
  const gid = idOf(gidText);
  const groups = name === '' ? undefined : ask('id', ['-G', '--', name]);
  if (groups === undefined || uid === undefined || gid === undefined) {
    const shown = JSON.stringify(String(nameOrId));
    throw new SpoorError('INVALID_VALUE', `no such user on this machine: ${shown}`, {
      remedy: 'Give the name or the id of a user. List all users: getent passwd.',
    });
  }
  return { name, uid, gid, groups: groups.split(' ').map(Number), home };
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
