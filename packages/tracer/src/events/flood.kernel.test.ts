import { dirname } from 'node:path';
import { eventKinds, namedKinds } from '@spoor/bpf';
import type { EventKind } from '@spoor/event';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { compileProgram, type TestProgram } from '../../test/compile.js';
import { trace } from '../index.js';

let flood: TestProgram;

beforeAll(() => {
  flood = compileProgram('flood');
});
afterAll(() => flood[Symbol.dispose]());

/** Kinds whose own tests have a flood. */
const elsewhere: readonly EventKind[] = ['dns', 'connection-end', 'write'];

/** The event kinds that fixtures/flood.c causes once per round. */
const kinds = [
  'open',
  'connect',
  'unlink',
  'rename',
  'chmod',
  'chown',
  'mkdir',
  'bind',
  'listen',
  'accept',
  'kill',
  'ptrace',
  'setuid',
  'setgid',
  'capset',
  'mount',
  'module-load',
  'bpf',
  'io-uring',
  'link',
  ...namedKinds.filter((kind) => !elsewhere.includes(kind)),
] as const satisfies readonly EventKind[];

const smallRings = { activity: 64 * 1024 };

async function run(rounds: number, children: number) {
  await using tracer = await trace({
    tuning: { replaceable: false },
    command: [flood.path, String(rounds), String(children)],
    events: eventKinds,
    spawn: { cwd: dirname(flood.path), stdio: 'inherit' },
    ringSizes: smallRings,
  });
  // Nothing is read while it runs.
  expect(await tracer.exit).toEqual({ code: 0, signal: null });
  const seen = new Map<string, number>();
  await tracer.each((event) => {
    seen.set(event.kind, (seen.get(event.kind) ?? 0) + 1);
  });
  return { events: tracer.stats().events, seen };
}

it('delivered plus dropped is what happened; a flood of activity loses no lifecycle event', async () => {
  const rounds = 3000;
  const children = 200;
  const idle = await run(0, 0);
  const { events, seen } = await run(rounds, children);
  for (const kind of kinds) {
    const { submitted, delivered, dropped } = events[kind]!;
    const lost = Object.values(dropped).reduce((sum, count) => sum + count, 0);
    expect({ kind, delivered, happened: delivered + lost }).toEqual({
      kind,
      delivered: submitted,
      happened: rounds + idle.events[kind]!.delivered,
    });
    expect(seen.get(kind) ?? 0).toBe(delivered);
    expect(dropped).toEqual({ 'ring-full': expect.any(Number) });
    expect(lost).toBeGreaterThan(0);
  }
  expect(kinds.some((kind) => events[kind]!.delivered > 0)).toBe(true);
  for (const kind of ['fork', 'exec', 'exit'] as const) {
    const { delivered, dropped } = events[kind]!;
    expect({ kind, delivered, dropped }).toEqual({
      kind,
      delivered: idle.events[kind]!.delivered + (kind === 'exec' ? 0 : children),
      dropped: {},
    });
    expect(seen.get(kind)).toBe(delivered);
  }
});
