import { spawnSync } from 'node:child_process';
import { cpSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { builtInKernel, type ExtensionEvent, type KernelDefinition } from '@spoor/bpf';
import { layoutsOfKernel, openRecording, RecordingWriter } from '@spoor/event';
import { parseScope, printScope } from '@spoor/filter';
import { trace } from '@spoor/tracer';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { PackedProject } from './packed-project.js';
import type { umask } from './umask.js';

/**
 * The event `umask` is built into a kernel side from packed packages, traced, recorded and
 * replayed.
 */

const here = fileURLToPath(new URL('.', import.meta.url));
const out = join(here, 'dist');

/** As `dist/kernel.d.ts` has it. */
type Kernel = KernelDefinition<{
  readonly umask: ExtensionEvent<{ mask: number; before: number }, typeof umask>;
}>;
let kernel: Kernel;
let project: PackedProject;

const use = `import { trace } from '@spoor/tracer';
import { kernel } from './dist/kernel.js';

const command = ['sh', '-c', 'umask 027; umask 002; exit 3'];
const tracer = await trace({ kernel, command, events: ['umask', 'exit'] });
for await (const event of tracer) {
  if (event.kind === 'umask') console.log(event.kind, event.mask satisfies number);
  if (event.kind === 'exit') console.log(event.kind, event.toJSON().data.code);
}
// @ts-expect-error: there is no such event
const misspelt: Parameters<typeof trace<'umaks', typeof kernel>>[0] = {};
`;

const compilerOptions = {
  ...{ module: 'nodenext', target: 'es2022', lib: ['esnext'], types: ['node'] },
  ...{ strict: true, skipLibCheck: true },
};

beforeAll(async () => {
  project = new PackedProject({
    'package.json': '{ "name": "packed", "type": "module", "spoor": { "use": ["spoor-event-umask"] } }',
    'tsconfig.json': JSON.stringify({ compilerOptions }),
    'use.ts': use,
  });
  project.run('node_modules/@spoor/build/bin/spoor-build.mjs');
  cpSync(join(project.folder, 'dist'), out, { recursive: true });
  ({ kernel } = (await import(join(out, 'kernel.js'))) as { kernel: Kernel });
}, 300_000);
afterAll(() => {
  project?.remove();
  rmSync(out, { recursive: true, force: true });
});

it('a project outside the repository compiles and traces with the packed extension', () => {
  project.compile();
  const lines = project.run('use.js').trimEnd().split('\n');
  expect(lines).toContain('umask 2');
  expect(lines).toContain('exit 3');
});

const command = ['sh', '-c', 'umask 027; umask 002; exit 3'];

it('hands out the event beside built-in events, and counts it', async () => {
  await using tracer = await trace({
    kernel,
    command,
    events: ['umask', 'exit'],
    scopes: ['narrow: umask.mask=0027 comm=sh', 'others: comm=nobody'],
  });
  const masks: [number, string[]][] = [];
  let code: number | null = null;
  for await (const event of tracer) {
    if (event.kind === 'umask') masks.push([event.mask, event.scopes]);
    if (event.kind === 'exit') code = event.toJSON().data.code;
  }
  expect(code).toBe(3);
  // A shell may set the mask several times for one command.
  expect(new Set(masks.map(([mask]) => mask))).toContain(0o002);
  expect(masks.filter(([mask]) => mask === 0o027).map(([, scopes]) => scopes)[0]).toEqual([
    'command',
    'narrow',
  ]);
  expect(masks.find(([mask]) => mask === 0o002)![1]).toEqual(['command']);
  const { submitted, delivered, dropped } = tracer.stats().events['umask']!;
  expect([submitted, delivered, dropped]).toEqual([masks.length, masks.length, {}]);
});

it('a replay shows the event by its layout, without the extension', async () => {
  const file = join(out, 'umask.spoor');
  await using tracer = await trace({ kernel, command, events: ['umask'] });
  const writer = await RecordingWriter.create(file, { layouts: layoutsOfKernel(kernel) });
  const lines: unknown[] = [];
  for await (const event of tracer) {
    if (event.kind !== 'umask') continue;
    writer.add(event.raw);
    lines.push(event.toJSON().data);
  }
  await writer.close();
  const replayed: unknown[] = [];
  await using recording = await openRecording(file);
  for await (const item of recording) replayed.push((item.toJSON() as { data?: unknown }).data);
  expect(lines).toContainEqual({ mask: '0002', before: expect.stringMatching(/^0\d{3}$/) });
  expect(replayed).toHaveLength(lines.length);
  expect(replayed).toContainEqual({ mask: 2, before: expect.any(Number) });
});

const spoor = (...args: readonly string[]) =>
  spawnSync(join(here, '../../packages/cli/bin/spoor'), args, { cwd: here, encoding: 'utf8' });

it('the command traces, records and replays the event', () => {
  const file = join(out, 'command.spoor');
  const options = ['--kernel', 'dist/kernel.js', '--scope', 'small: umask.mask<=0007', '--record', file];
  const traced = spoor('trace', ...options, '-e', 'umask', '-f', 'json', '--', ...command);
  expect(traced.status).toBe(3);
  const lines = traced.stderr.trimEnd().split('\n');
  const events = lines.map((line) => JSON.parse(line) as { scopes: string[]; data: { mask: string } });
  const last = events.find(({ data }) => data.mask === '0002');
  expect(last?.scopes).toEqual(['command', 'small']);
  const replayed = spoor('replay', file, '-e', 'umask').stdout.trimEnd().split('\n');
  expect(replayed.filter((line) => /umask .*mask=2\b/.test(line))).toHaveLength(1);
});

it.each([
  ['missing.js', /FILE_UNREADABLE.*missing\.js cannot be imported/],
  ['dist/empty.mjs', /EXTENSION_INVALID.*exports no kernel side/],
  ['dist/kernel.js', /UNKNOWN_EVENT.*umaks/],
])('the command refuses --kernel %s with a message', (path, message) => {
  writeFileSync(join(here, 'dist/empty.mjs'), '');
  const { status, stderr } = spoor('trace', '--kernel', path, '-e', 'umaks', '--', 'true');
  expect(status).not.toBe(0);
  expect(stderr).toMatch(message);
});

it('scopes name the event, and a trace of lifecycle events alone loads the lean object of the base', () => {
  expect(kernel.objectPath({ lean: true })).toBe(builtInKernel.objectPath({ lean: true }));
  expect(printScope(parseScope('umask.before=0022', { kernel }), { kernel })).toBe(
    'scope: umask.before=0022',
  );
});
