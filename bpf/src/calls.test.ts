import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { callTables } from '../../scripts/lib/syscalls.mjs';
import type { DataField } from './events/field.js';
import { declarations } from './events/index.js';

/** The lists of system calls in bpf/events, and which of them return 0 or an error. */

const read = (path: string) => readFileSync(new URL(`../${path}`, import.meta.url), 'utf8');
const headers = readdirSync(new URL('../events', import.meta.url)).map((file) => read(`events/${file}`));

/** `SYSCALL(kind, 95, 60, 166, 0)`: an event, and the call's numbers or other words. */
const lines = headers.flatMap((text) =>
  [...text.matchAll(/^#define SYSCALLS_(\w+)\(SYSCALL, kind\)((?:.*\\\n)*.*)/gm)].flatMap(
    ([, event = '', list = '']) =>
      [...list.matchAll(/\bSYSCALL\(kind, ([^,]+), ([^,]+), ([^,]+), /g)].map(([line, ...numbers]) => ({
        name: `${event}: ${line}…)`,
        event,
        numbers,
      })),
  ),
);

/** Some calls have another name on i386: with the width, or from the time before it. */
const withoutWidth = (call: string) => call.replace(/(?:32|64)$/, '');
const sameCalls: Readonly<Record<string, string>> = { umount: 'umount2', mmap: 'mmap2' };

describe('the numbers of system calls', () => {
  const tables = callTables().map(({ calls }) => calls);
  const isKnown = tables.every((calls) => calls !== undefined);
  /** The name of a number; undefined for a number that is newer than the header. */
  const nameOf = (number: string, at: number) => {
    const calls = [...(tables[at] ?? [])];
    const isNewer = calls.every(([, known]) => known < Number(number));
    return isNewer
      ? undefined
      : (calls.find(([, known]) => known === Number(number))?.[0] ?? `no call ${number}`);
  };

  it('are found', () => {
    expect(new Set(lines.map(({ event }) => event)).size).toBeGreaterThan(20);
  });

  // Headers of x86 are missing on arm64. Numbers from 512 on are x32's.
  it.runIf(isKnown).each(lines)('$name are of one call on each architecture', ({ numbers }) => {
    const calls = numbers.flatMap((number, at) => {
      const isPlain = /^\d+$/.test(number) && Number(number) < 512;
      const call = isPlain ? nameOf(number, at) : undefined;
      return call === undefined ? [] : [sameCalls[call] ?? withoutWidth(call)];
    });
    expect([...new Set(calls)].join(' and ')).not.toMatch(/ and |no call/);
  });
});

/** Events whose calls return 0 or an error in some of their forms only. */
const dependsOnForm = ['connect', 'setuid', 'setgid', 'map-exec'];
/** Calls that return a number, which the event does not have. */
const returnsNumbers = ['ptrace', 'dns', 'write'];

it('an event without a result is in RETURNS_ZERO of bpf/programs/results.h', () => {
  const macro = /#define RETURNS_ZERO((?:.*\\\n)*.*)/.exec(read('programs/results.h'))?.[1] ?? '';
  const listed = [...macro.matchAll(/EVENT_(\w+)/g)].map(([, name = '']) => name.toLowerCase());
  const withoutResult = Object.entries(declarations).filter(([kind, { data }]) => {
    const isCall = lines.some(({ event }) => event === kind.replaceAll('-', '_'));
    const fields: readonly DataField[] = Object.values(data);
    const hasResult = fields.some(({ when = [] }) =>
      when.some(({ field, min }) => field === 'result' && min !== undefined),
    );
    return isCall && !hasResult && kind !== 'exec-failed';
  });
  const expected = withoutResult
    .map(([kind]) => kind)
    .filter((kind) => ![...dependsOnForm, ...returnsNumbers].includes(kind));
  expect(new Set(listed.map((name) => name.replaceAll('_', '-')))).toEqual(new Set(expected));
});
