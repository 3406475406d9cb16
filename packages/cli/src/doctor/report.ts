import { escapeText } from '@spoor/core';
import type { Paint, Style } from '../output/style.js';
import type { Check } from './check.js';
import type { Diagnosis } from './diagnose.js';
import { privilege } from './host.js';
import { pidNamespaceCheck } from './namespaces.js';

const notPrivileged =
  'Not privileged: tracing does not work for this process, and not all kernel features could be checked. See privilege.';

/** Formats the diagnosis: one line per check, with remedies below. */
export function reportText({ spoor, works, checks }: Diagnosis, style: Style): string {
  const paints: Readonly<Record<Check['status'], Paint>> = {
    ok: style.good,
    reduced: style.dim,
    missing: style.bad,
    unknown: style.dim,
  };
  const width = Math.max(...checks.map(({ name }) => name.length));
  const lines = checks.map(({ name, status, found, remedy }) => {
    const line = `  ${paints[status](status.padEnd(7))}  ${name.padEnd(width)}  ${escapeText(found)}\n`;
    return remedy === undefined ? line : `${line}${' '.repeat(width + 13)}${style.dim(escapeText(remedy))}\n`;
  });
  const inPidNamespace = checks.some(({ name }) => name === pidNamespaceCheck);
  const isPrivileged = checks.every(({ name, status }) => name !== privilege || status !== 'missing');
  const verdict = works
    ? style.good(
        inPidNamespace ? 'Tracing works for the processes of this pid namespace.' : 'Tracing works here.',
      )
    : style.bad(isPrivileged ? 'Tracing does not work here. See the missing checks.' : notPrivileged);
  return `spoor ${spoor}\n\n${lines.join('')}\n${verdict}\n`;
}
