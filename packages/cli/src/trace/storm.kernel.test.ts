import { createReadStream, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { expect, it } from 'vitest';
import { useStage } from '../../test/actor.js';
import { type Ended, type Line, spoor } from '../../test/spoor.js';

const stage = useStage();
/** SPOOR_STORM=10 is the promised size: 20,000 processes and a million opens. */
const scale = Number(process.env['SPOOR_STORM'] ?? 1);

interface Storm {
  readonly ended: Ended;
  /** Lines of output by event kind. */
  readonly lines: ReadonlyMap<string, number>;
  readonly stats: { readonly events: Readonly<Record<string, Counters>> };
}

interface Counters {
  readonly submitted: number;
  readonly delivered: number;
  readonly dropped: Readonly<Record<string, number>>;
}

async function storm(name: string, options: readonly string[], command: readonly string[]): Promise<Storm> {
  const out = join(stage.folder, `${name}.json`);
  const statsFile = join(stage.folder, `${name}-stats.json`);
  const files = ['--format', 'json', '--output-file', out, '--stats-json', statsFile];
  const ended = await spoor(['trace', ...files, ...options, '--', stage.actor, ...command]);
  const lines = new Map<string, number>();
  for await (const line of createInterface({ input: createReadStream(out) })) {
    const { event } = JSON.parse(line) as Line;
    lines.set(event, (lines.get(event) ?? 0) + 1);
  }
  return { ended, lines, stats: JSON.parse(readFileSync(statsFile, 'utf8')) as Storm['stats'] };
}

const dropped = (counters: Counters) =>
  Object.values(counters.dropped).reduce((sum, count) => sum + count, 0);

/**
 * Checks that every event is delivered or counted as dropped, and that every delivered event is
 * printed.
 */
function expectAll({ ended, lines, stats }: Storm, kind: string, happened: number): void {
  const counters = stats.events[kind]!;
  expect(counters.delivered + dropped(counters)).toBe(happened);
  expect(counters.submitted).toBe(counters.delivered);
  expect(lines.get(kind) ?? 0).toBe(counters.delivered);
  if (dropped(counters) > 0) {
    expect(ended.stderr).toMatch(
      new RegExp(`^spoor: [\\d,]+ events? dropped: .*\\b${kind} [\\d,]+ \\([a-z-]+\\)`, 'm'),
    );
    expect(lines.get('drops')).toBeGreaterThan(0);
  }
}

const processes = 2000 * scale;

it(`tells of each of ${processes} short processes, or that it was dropped`, {
  timeout: 60_000 * (1 + scale),
}, async () => {
  const result = await storm('processes', ['--events', 'fork,exec,exit'], ['storm', String(processes)]);
  expect(result.ended.status).toBe(0);
  expectAll(result, 'exec', processes + 1);
  expectAll(result, 'exit', processes + 1);
  expectAll(result, 'fork', processes);
});

const opens = 100_000 * scale;

it(`tells of each of ${opens} opens, or that it was dropped`, { timeout: 60_000 * (1 + scale) }, async () => {
  const file = join(stage.folder, 'opened');
  writeFileSync(file, '');
  const result = await storm('opens', ['--events', 'open'], ['opens', String(opens), file]);
  expect(result.ended.status).toBe(0);
  expectAll(result, 'open', opens);
});

it('counts and names the drops of a ring of one page, and loses no exec', async () => {
  const file = join(stage.folder, 'opened-too');
  writeFileSync(file, '');
  const options = ['--events', 'open,exec,exit', '--ring-size', '4096'];
  const result = await storm('page', options, ['opens', '20000', file]);
  expect(result.ended.status).toBe(0);
  expectAll(result, 'open', 20_000);
  expect(dropped(result.stats.events['open']!)).toBeGreaterThan(0);
  expectAll(result, 'exec', 1);
  expect(dropped(result.stats.events['exec']!)).toBe(0);
  expect(result.lines.get('exit')).toBe(1);
});
