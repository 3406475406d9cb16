import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { defineKernel, type KernelParts } from './define.js';
import { run } from './run.js';

const bpf = fileURLToPath(new URL('../../../bpf', import.meta.url));
let project: string;

const header = (name: string, more = '') =>
  `${more}#define SYSCALLS_${name}(SYSCALL, kind) SYSCALL(kind, 95, 60, 166, 0)\n#define RETURNS_ZERO_${name} 0\n`;

/** Writes files, by their paths in the project. */
function write(files: Readonly<Record<string, string>>): void {
  for (const [path, text] of Object.entries(files)) {
    mkdirSync(join(project, path, '..'), { recursive: true });
    writeFileSync(join(project, path), text);
  }
}

const extension = (name: string, event: string) => ({
  [`node_modules/${name}/package.json`]: JSON.stringify({ name, spoor: { events: [`${event}.h`] } }),
  [`node_modules/${name}/${event}.h`]: header(event),
  [`node_modules/${name}/${event}.ts`]: '',
});

beforeAll(() => {
  project = mkdtempSync(join(tmpdir(), 'spoor-define-'));
  mkdirSync(join(project, 'node_modules', '@spoor'), { recursive: true });
  symlinkSync(bpf, join(project, 'node_modules', '@spoor', 'bpf'));
  write({
    'package.json': JSON.stringify({ name: 'mine' }),
    'umask.h': header('umask'),
    'umask.ts': '',
    'set_clock.h': header('set_clock'),
    'set_clock.mjs': '',
    'lonely.h': header('lonely'),
    'open.h': header('open'),
    'open.ts': '',
    'upward.h': header('upward', '\n#include <programs/collect.h>\n'),
    'upward.ts': '',
    'bare.h': '#define SYSCALLS_bare(SYSCALL, kind)\n',
    'bare.ts': '',
    'nothing.h': '/* RETURNS_ZERO_nothing */\n',
    'nothing.ts': '',
    'Umask.h': header('Umask'),
    'node_modules/plain/package.json': JSON.stringify({ name: 'plain' }),
    ...extension('spoor-event-a', 'umask'),
    ...extension('spoor-event-b', 'umask'),
    ...extension('spoor-event-c', 'nice'),
  });
});
afterAll(() => rmSync(project, { recursive: true, force: true }));

const define = (parts: KernelParts) => defineKernel({ folder: project, ...parts });

it('allots numbers behind those of the base, in the order of the extensions', () => {
  const { base, events } = define({ events: ['./umask.h', './set_clock.h'], use: ['spoor-event-c'] });
  const last = Math.max(...base.events.values());
  expect(events.map(({ kind, number, exported, from }) => [kind, number - last, exported, from])).toEqual([
    ['umask', 1, 'umask', 'mine'],
    ['set-clock', 2, 'setClock', 'mine'],
    ['nice', 3, 'nice', 'spoor-event-c'],
  ]);
  expect(base.events.get('module-load')).toBe(20);
});

it.each<[string, KernelParts, RegExp, RegExp]>([
  [
    'a missing declaration',
    { events: ['lonely.h'] },
    /lonely\.h: there is no declaration .*lonely\.ts/,
    /declareEvent/,
  ],
  ['a name of the base', { events: ['open.h'] }, /event open of mine is also in @spoor\/bpf/, /Rename/],
  [
    'a name of another extension',
    { use: ['spoor-event-a', 'spoor-event-b'] },
    /event umask of spoor-event-b is also in spoor-event-a/,
    /leave one of the two out/,
  ],
  ['an upward include', { events: ['upward.h'] }, /upward\.h:2: a header cannot include programs/, /<events/],
  ['a header without calls', { events: ['nothing.h'] }, /SYSCALLS_nothing is not defined/, /x86-64, i386/],
  ['a header that does not say what calls return', { events: ['bare.h'] }, /RETURNS_ZERO_bare/, /else 0/],
  [
    'a name that C cannot have',
    { events: ['Umask.h'] },
    /Umask\.h: a header is called like/,
    /small letters/,
  ],
  [
    'a package that is not installed',
    { use: ['spoor-event-z'] },
    /spoor-event-z is not installed/,
    /npm install/,
  ],
  ['a package without headers', { use: ['plain'] }, /plain lists no headers/, /"spoor"/],
  ['nothing at all', {}, /there is no event to add/, /--event/],
])('refuses %s', (_, parts, message, remedy) => {
  expect(() => define(parts)).toThrow(
    expect.objectContaining({
      code: 'EXTENSION_INVALID',
      message: expect.stringMatching(message),
      remedy: expect.stringMatching(remedy),
    }),
  );
});

it('refuses a header that does not exist', () => {
  expect(() => define({ events: ['missing.h'] })).toThrow(
    expect.objectContaining({
      code: 'FILE_UNREADABLE',
      message: expect.stringMatching(/missing\.h.*ENOENT/),
    }),
  );
});

it('refuses more events than the masks of the kernel side have bits', () => {
  const many = Array.from({ length: 60 }, (_, index) => `e${index}`);
  write(
    Object.fromEntries(
      many.flatMap((name) => [
        [`${name}.h`, header(name)],
        [`${name}.ts`, ''],
      ]),
    ),
  );
  expect(() => define({ events: many.map((name) => `${name}.h`) })).toThrow(
    /60 events are too many: there is room/,
  );
});

it('the command prints its help, and the error of an unknown option', async () => {
  const said = { out: '', err: '' };
  const output = {
    out: (text: string) => {
      said.out += text;
    },
    err: (text: string) => {
      said.err += text;
    },
  };
  expect(await run(['--help'], output)).toBe(0);
  expect(said.out).toMatch(/^Build a kernel side/);
  expect(await run(['--nothing'], output)).toBe(2);
  expect(said.err).toMatch(/^spoor-build: UNKNOWN_OPTION: .*--nothing/);
});
