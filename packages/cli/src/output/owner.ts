import { readFileSync } from 'node:fs';

/** The user who called sudo; undefined without sudo. */
export interface Person {
  readonly uid: number;
  readonly gid: number;
}

/** Returns the user who called sudo, if this process is root. */
export function sudoPerson(): Person | undefined {
  const { SUDO_UID: uid, SUDO_GID: gid } = process.env;
  if (process.geteuid?.() !== 0 || !isId(uid) || !isId(gid)) return undefined;
  return { uid: Number(uid), gid: Number(gid) };
}

function isId(text: string | undefined): boolean {
  return text !== undefined && /^\d{1,10}$/.test(text) && Number(text) < 0xffffffff;
}

/** Returns the user ids whose links and files are trusted. */
export function trustedOwners(): ReadonlySet<number> {
  const own = process.geteuid?.() ?? 0;
  const person = sudoPerson();
  return new Set(person === undefined ? [0, own] : [0, own, person.uid]);
}

/** Formats `nobody (uid 65534)`, or only the number if the user has no name. */
export function ownerName(uid: number): string {
  let users = '';
  try {
    users = readFileSync('/etc/passwd', 'utf8');
  } catch {
    // The number is enough.
  }
  const line = users.split('\n').find((user) => user.split(':')[2] === String(uid));
  return line === undefined ? `uid ${uid}` : `${line.split(':')[0]} (uid ${uid})`;
}
