import { execFileSync } from 'node:child_process';
import { mkdirSync, readFileSync } from 'node:fs';
import { constants } from 'node:os';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { useStage } from '../../test/actor.js';
import { type Line, linesOf, spoor } from '../../test/spoor.js';

/** An event that the trace must have: the program wrote it down. See fixtures/deeds.c. */
interface Deed {
  readonly event: string;
  /** The number of errno; 0 for success. */
  readonly error: number;
  readonly data: Readonly<Record<string, unknown>>;
  /** The events of the process that was started. */
  readonly children?: readonly Deed[];
}

const stage = useStage();
let program: string;
const seed = Number(process.env['SPOOR_SEED'] ?? Date.now() % 1_000_000);

beforeAll(() => {
  program = join(stage.folder, 'deeds');
  const source = join(import.meta.dirname, '../../test/fixtures/deeds.c');
  const flags = ['-D_GNU_SOURCE', '-O1', '-static', '-pthread', '-Wall', '-Werror'];
  execFileSync(process.env['CLANG'] ?? 'clang', [...flags, '-o', program, source]);
});

const errnoNames = new Map(Object.entries(constants.errno).map(([name, number]) => [number, name]));

const expected = ({ event, error, data }: Deed) => ({
  event,
  data: { ...data, ...(error === 0 ? {} : { error: errnoNames.get(error) }) },
});

/** The facts of an event that the program wrote down, and its error. */
function found({ event, data }: Line, deed: Deed | undefined) {
  const names = new Set([...Object.keys(deed?.data ?? {}), 'error']);
  return { event, data: Object.fromEntries(Object.entries(data).filter(([name]) => names.has(name))) };
}

/** Compares the events of one thread or process with what it did, in order. */
function compare(lines: readonly Line[], deeds: readonly Deed[]): void {
  expect(lines.map((line, at) => found(line, deeds[at]))).toEqual(deeds.map(expected));
}

const isWrite = ({ event }: { readonly event: string }) => event === 'write';
const byFile = (one: { readonly data: Readonly<Record<string, unknown>> }) =>
  `${String(one.data['path'])} ${String(one.data['writtenBytes'])} ${String(one.data['calls'])}`;

/** The child of another thread can hold a file longer: writes have an order of their own. */
function compareThread(lines: readonly Line[], deeds: readonly Deed[]): void {
  expect(lines.filter(isWrite).map(byFile).toSorted()).toEqual(deeds.filter(isWrite).map(byFile).toSorted());
  compare(
    lines.filter((line) => !isWrite(line)),
    deeds.filter((deed) => !isWrite(deed)),
  );
}

/** The program writes its deeds into a file. */
const isNote = ({ event, data }: Line) => event === 'write' && /\/deeds-\d+$/.test(String(data['path']));

let folders = 0;

interface Run {
  readonly threads?: number;
  readonly width?: 'native' | 'compat';
  /** The command that starts the program. */
  readonly within?: readonly string[];
  readonly options?: readonly string[];
}

/** Runs the program under `spoor trace`, and compares the trace with what it wrote down. */
async function run({ threads = 1, width = 'native', within = [], options = [] }: Run): Promise<void> {
  const cwd = join(stage.folder, `run-${folders++}`);
  mkdirSync(cwd);
  const out = join(stage.folder, 'out.json');
  const command = [...within, program, '3000', String(threads), width, String(seed)];
  const args = ['trace', '--events', 'all', '--format', 'json', '--output-file', out, ...options];
  const { status, stderr } = await spoor([...args, '--', ...command], { cwd });
  expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
  const lines = linesOf(readFileSync(out, 'utf8')).filter((line) => line.exe === program && !isNote(line));
  const main = lines.find(({ event }) => event === 'exec')!;
  const started = lines.filter(({ event, tid }) => event === 'fork' && tid === main.tgid);
  const workers = started.map(({ data }) => data['childTid'] as number);
  expect(workers).toHaveLength(threads);
  const known = new Set([main.tgid]);
  let compared = 0;
  for (const [number, worker] of workers.entries()) {
    const deeds = readFileSync(join(cwd, `deeds-${number}`), 'utf8')
      .trim()
      .split('\n');
    const own = lines.filter(({ tid }) => tid === worker);
    const done = deeds.map((deed) => JSON.parse(deed) as Deed);
    compareThread(own, done);
    const inOrder = own.filter((line) => !isWrite(line));
    for (const [at, { children }] of done.filter((deed) => !isWrite(deed)).entries()) {
      if (children === undefined) continue;
      const child = inOrder[at]!.data['childTgid'] as number;
      compare(
        lines.filter(({ tgid }) => tgid === child),
        children,
      );
      known.add(child);
    }
    compared += deeds.length;
  }
  expect(compared).toBeGreaterThan(2900);
  expect(lines.filter(({ tgid }) => !known.has(tgid))).toEqual([]);
}

describe(`finds each of 3,000 mixed operations once, and nothing else (seed ${seed})`, () => {
  it('of one thread', () => run({}));
  it('of eight threads', () => run({ threads: 8 }));
  it.runIf(process.arch === 'x64')('of a 32-bit program', () => run({ width: 'compat' }));
  it('in a container', () =>
    run({ within: ['unshare', '--mount', '--pid', '--uts', '--ipc', '--net', '--cgroup', '--fork'] }));
  it('with a process map of 100 entries', () => run({ threads: 8, options: ['--map-entries', '100'] }));
});
