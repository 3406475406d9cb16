import { existsSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { callTables } from '../lib/syscalls.mjs';
import { newEvent } from './event.mjs';
import { newField } from './field.mjs';
import { newFilter } from './filter.mjs';

const refused = (message: RegExp) =>
  expect.objectContaining({ status: 2, message: expect.stringMatching(message) });

describe('pnpm new', () => {
  it('prints the steps of the page with the names that were given', () => {
    const { steps, commands } = newField('io-uring.more', {});
    expect(steps[0]).toMatch(/^`bpf\/events\/io_uring\.h`: /);
    expect(steps[1]).toContain("`git grep -n 'record_begin.*EVENT_IO_URING' bpf/programs`");
    expect(steps[2]).toMatch(/^`bpf\/src\/events\/io-uring\.ts`: /);
    expect(commands).toEqual([
      'pnpm generate',
      'pnpm vitest run --project unit packages/event',
      'pnpm vitest run --project kernel packages/tracer/src/events/io-uring',
      'pnpm api && pnpm check',
    ]);
  });

  it('names files of TypeScript with hyphens', () => {
    const { edits, steps } = newFilter('exit-code', {});
    expect(edits.read('bpf/filters/exit_code.h')).toContain('FILTER_KIND(EXIT_CODE, exit_code, number');
    expect(edits.read('packages/filter/src/kinds/exit-code.ts')).toContain("fact: 'exitCode'");
    expect(edits.read('packages/filter/src/kinds/registry.ts')).toContain(
      "export { kind as exit_code } from './exit-code.js';",
    );
    expect(steps[2]).toContain('packages/filter/src/kinds/exit-code.test.ts');
  });

  it.each(['default', 'int', 'Upper', 'a--b', ''])('refuses the name "%s"', (name) => {
    expect(() => newFilter(name, {})).toThrow(refused(/keyword|lower case/));
    expect(() => newEvent(name, {})).toThrow(refused(/keyword|lower case/));
    expect(() => newField(`exec.${name}`, {})).toThrow(refused(/keyword|lower case/));
  });

  it('refuses what is there already', () => {
    expect(() => newFilter('uid', {})).toThrow(refused(/exists already/));
    expect(() => newEvent('kill', {})).toThrow(refused(/exists already/));
    expect(() => newField('exec.argc', {})).toThrow(refused(/^exec has a field argc already$/));
    expect(() => newField('exec.previous-comm', {})).toThrow(refused(/has a field/));
    // The name of a field in the JSON line whose member has another name.
    expect(() => newField('kill.pidfd', {})).toThrow(refused(/has a field/));
    expect(() => newField('nothing.x', {})).toThrow(refused(/unknown event nothing/));
  });
});

describe.runIf(callTables().every(({ calls }) => calls !== undefined))('pnpm new event', () => {
  it('writes one line per call with its numbers, and prints them', () => {
    const { edits, notes } = newEvent('shorten', { call: ['truncate', 'ftruncate'] });
    expect(edits.read('bpf/events/shorten.h')).toContain(
      `#define SYSCALLS_shorten(SYSCALL, kind) \\
	SYSCALL(kind, 76, 92, 45, 0) \\
	SYSCALL(kind, 77, 93, 46, 0)
`,
    );
    expect(notes).toContain('truncate: 76 on x86-64, 92 on i386, 45 on arm64');
    expect(notes).toContain('i386 also has truncate64: 193');
  });

  it('writes a test of 32-bit callers where they have the call', () => {
    const test = (name: string) =>
      newEvent(name, {}).edits.read(`packages/tracer/src/events/${name}.kernel.test.ts`);
    expect(test('umask')).toContain('compat(60, FILL_IN, 0, 0, 0, 0);');
    expect(test('newfstatat')).not.toContain('compat');
  });

  it('refuses a call that the headers do not have', () => {
    expect(() => newEvent('no-such-call', {})).toThrow(
      refused(/no_such_call: .* give the calls with --call/),
    );
  });
});

it.runIf(existsSync('/sys/kernel/btf/vmlinux'))('refuses a tracepoint that the kernel does not have', () => {
  expect(() => newEvent('x', { hook: 'no_such_tracepoint' })).toThrow(refused(/no_such_tracepoint/));
  expect(newEvent('x', { hook: 'sched_process_exec' }).steps).toHaveLength(6);
});
