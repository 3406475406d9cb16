import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished, vi } from 'vitest';
import { smallSetting } from '../test/settings.js';
import { run } from './command.js';
import { type Outcome, runExperiment, type Setting } from './experiment.js';
import { asksWordsAlone, faultsOf, standardOf } from './verdict.js';

/** Runs it and holds it to its standard; a failure shows the first events that were wrong. */
async function held(changes: Partial<Setting>): Promise<Outcome> {
  const outcome = await runExperiment({ ...smallSetting, ...changes });
  const examples = standardOf(outcome) === 'perfect' ? outcome.comparison.faults : [];
  expect({ faults: faultsOf(outcome), examples }).toEqual({ faults: [], examples: [] });
  return outcome;
}

describe('recover is perfect', () => {
  it('with fewer entries than processes', async () => {
    const { statistics } = await held({});
    const { misses, stale, recovered } = statistics.state;
    expect(misses).toBeGreaterThan(100);
    expect(recovered.storage + recovered.hash + recovered.none).toBe(misses);
    expect(stale).toBeLessThanOrEqual(misses);
  });

  it('while every entry is deleted', async () => {
    const { statistics, deleted } = await held({ saboteur: true });
    const from = statistics.variants['process words'] === 'hash' ? 'hash' : 'storage';
    expect(deleted).toBeGreaterThan(100);
    expect(statistics.state.recovered[from]).toBeGreaterThan(0);
  });

  it('without task storage, while every entry is deleted', async () => {
    const { statistics } = await held({ saboteur: true, taskStorage: false });
    const { recovered, wordsLost } = statistics.state;
    expect(recovered.storage).toBe(0);
    expect(recovered.hash).toBeGreaterThan(0);
    expect(wordsLost).toBe(0);
  });
});

it('keeps right what the task or an ancestor tells, when the fallback has no room either', async () => {
  const outcome = await held({ taskStorage: false, wordsEntries: 16 });
  const { comparison, statistics } = outcome;
  const { told } = comparison;
  expect(told.task.followFound).toBe(told.task.followExpected);
  if (!asksWordsAlone(outcome)) expect(told.ancestor.followFound).toBe(told.ancestor.followExpected);
  expect(Math.min(told.task.followExpected, told.ancestor.followExpected)).toBeGreaterThan(0);
  const { ancestorWalks, ancestorSteps } = statistics.state;
  expect(ancestorSteps).toBeGreaterThanOrEqual(ancestorWalks);
});

describe('the other modes fail as they are known to', () => {
  it.each(['drop', 'zero'] as const)('%s, with fewer entries than processes', async (mode) => {
    expect(standardOf(await held({ mode }))).toBe('fails');
  });

  it.each(['drop', 'zero'] as const)('%s, while every entry is deleted', async (mode) => {
    expect(standardOf(await held({ mode, saboteur: true, entries: undefined }))).toBe('fails');
  });

  // The control: it is the misses that do it, not the way that these modes are built.
  it.each(['drop', 'zero'] as const)('%s not at all, where nothing misses', async (mode) => {
    const { comparison } = await held({ mode, entries: 10_240 });
    expect(comparison.faults).toEqual([]);
  });
});

it('writes table, picture and figures, and ends with 0 when all is as it must be', async () => {
  const out = mkdtempSync(join(tmpdir(), 'pressure-test-'));
  const written = vi.spyOn(process.stdout, 'write').mockReturnValue(true);
  vi.spyOn(process.stderr, 'write').mockReturnValue(true);
  onTestFinished(() => {
    vi.restoreAllMocks();
    rmSync(out, { recursive: true });
  });
  const status = await run(['--modes', 'zero,recover', '--entries', '100', '--no-saboteur', '--out', out]);
  const printed = written.mock.calls.map(([text]) => text).join('');
  expect(printed.match(/as it must be, 1 of 1/g)).toHaveLength(2);
  expect(readFileSync(join(out, 'pressure.svg'), 'utf8')).toMatch(/^<svg /);
  const { settings } = JSON.parse(readFileSync(join(out, 'pressure.json'), 'utf8'));
  expect(settings.map(({ standard }: { standard: string }) => standard)).toEqual(['fails', 'perfect']);
  expect(status).toBe(0);
});
