import { mkdtempSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { compileProgram, type TestProgram } from '../../test/compile.js';
import { type Tracer, type TuningOptions, trace } from '../index.js';

let folder: string;
let saboteur: TestProgram;

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'spoor-interference-'));
  saboteur = compileProgram('saboteur');
});
afterAll(() => {
  rmSync(folder, { recursive: true });
  saboteur[Symbol.dispose]();
});

const eperm = 1;

function idOf(tracer: Tracer, name: string): string {
  const info = readFileSync(`/proc/self/fdinfo/${tracer.object.map(name).fd}`, 'utf8');
  return /^map_id:\t(\d+)$/m.exec(info)![1]!;
}

/** Runs a command as root that zeroes maps of its tracer, and then opens `/missing/mark`. */
async function sabotage(name: string, maps: readonly string[], tuning: TuningOptions) {
  const [ids, result] = ['ids', 'result'].map((file) => join(folder, `${name}-${file}`)) as [string, string];
  const script = `while [ ! -e ${ids} ]; do sleep .01; done; exec ${saboteur.path} $(cat ${ids}) /missing/mark > ${result}`;
  await using tracer = await trace({
    tuning,
    command: ['sh', '-c', script],
    spawn: { cwd: folder, stdio: 'inherit' },
    events: ['open', 'bpf', 'exit'],
  });
  writeFileSync(`${ids}-partial`, maps.map((map) => idOf(tracer, map)).join(' '));
  renameSync(`${ids}-partial`, ids);
  const lines: string[] = [];
  await tracer.each((event) => {
    if (event.kind === 'open' && event.path === '/missing/mark') lines.push('mark');
    if (event.kind === 'bpf' && event.command === 2) lines.push(`update ${event.result}`);
    if (event.kind === 'exit' && event.tgid === tracer.commandTgid) lines.push('exit');
  });
  return { tracer, lines, result: readFileSync(result, 'utf8').trim().split('\n') };
}

const tables = ['scope_in_force', 'scope_sets', 'frame_level', 'words_locks'] as const;

it('root cannot write frozen scope tables, and its attempts are reported', async () => {
  const { tracer, lines, result } = await sabotage('fixed', tables, { replaceable: false });
  expect(result).toEqual(tables.map((name) => `${name} -1 ${eperm}`));
  expect(lines).toEqual([...tables.map(() => `update ${-eperm}`), 'mark', 'exit']);
  expect(tracer.interference).toEqual([]);
  expect(tracer.stats().variants).toMatchObject({ 'scope tables': 'frozen' });
});

it('reports scope tables that another process wrote, and a missing exit of the command', async () => {
  const { tracer, lines, result } = await sabotage('replaceable', ['scope_in_force'], { replaceable: true });
  expect(result).toEqual(['scope_in_force 0 0']);
  expect(lines).toEqual([]);
  expect(tracer.interference).toEqual([
    'the map scope_in_force was written by another process',
    expect.stringMatching(/^no exit event of the command's process \d+ came, and none was dropped$/),
  ]);
});

it('reports nothing without interference, also after setScopes', async () => {
  await using tracer = await trace({
    command: ['true'],
    scopes: ['comm=nobody'],
    spawn: { stdio: 'ignore' },
  });
  tracer.setScopes(['comm=somebody exe=/usr/bin/*']);
  await tracer.each(() => undefined);
  expect(tracer.interference).toEqual([]);
});

it('reports nothing about a command that ends after the trace', async () => {
  const tracer = await trace({ command: ['sleep', '60'], spawn: { stdio: 'ignore' } });
  const reading = tracer.each((event) => {
    if (event.kind === 'exec') tracer.close();
  });
  await reading;
  process.kill(tracer.commandTgid!, 'SIGKILL');
  await tracer.exit;
  expect(tracer.interference).toEqual([]);
});
