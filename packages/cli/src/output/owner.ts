import { readFileSync } from 'node:fs';

/** The person who started this with sudo; undefined without. */
export interface Person {
  readonly uid: number;
  readonly gid: number;
}

/** The person whom sudo names, if this process is root. */
export function sudoPerson(): Person | undefined {
  const { SUDO_UID: uid, SUDO_GID: gid } = process.env;
  if (process.geteuid?.() !== 0 || !isId(uid) || !isId(gid)) return undefined;
  return { uid: Number(uid), gid: Number(gid) };
}

function isId(text: string | undefined): boolean {
  return text !== undefined && /^\d{1,10}$/.test(text) && Number(text) < 0xffffffff;
}

/** User ids whose links and files are taken as one's own. */
export function trustedOwners(): ReadonlySet<number> {
  const own = process.geteuid?.() ?? 0;
  const person = sudoPerson();
  return new Set(person === undefined ? [0, own] : [0, own, person.uid]);
}

/** `nobody (uid 65534)`, or the number alone where it has no name. */
export function ownerName(uid: number): string {
  let users = '';
  try {
    users = readFileSync('/etc/passwd', 'utf8');
  } catch {
    // The number will do.
  }
  const line = users.split('\n').find((user) => user.split(':')[2] === String(uid));
  return line === undefined ? `uid ${uid}` : `${line.split(':')[0]} (uid ${uid})`;
}
