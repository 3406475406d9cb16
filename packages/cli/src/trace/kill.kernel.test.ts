import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { expect, it } from 'vitest';
import { useStage } from '../../test/actor.js';
import { holdsPrograms, lastingOrphans, processesWith, until } from '../../test/leftovers.js';
import { startSpoor } from '../../test/spoor.js';

const stage = useStage();
const rounds = Number(process.env['SPOOR_KILLS'] ?? 4);

/** Reports that it began, works until it is stopped, and reports that it finished. */
const worker = 'cd "$1" && : > began && while [ ! -e stop ]; do sleep 0.02; done && : > finished';

/**
 * Times over the start and beyond. They hit different steps on each machine, and the assertions
 * hold for all.
 */
const longestDelayMs = 1500;

it(`leaves nothing behind when it is killed at any moment, and the command at its work: ${rounds} times`, {
  timeout: rounds * 30_000,
}, async () => {
  for (let round = 0; round < rounds; round++) {
    const folder = join(stage.folder, `kill-${round}`);
    mkdirSync(folder);
    const out = join(folder, 'out.json');
    const { child, ended } = startSpoor(
      ['trace', '--format', 'json', '--output-file', out, '--', 'sh', '-c', worker, 'worker', folder],
      { stdio: 'ignore' },
    );
    await setTimeout(Math.random() * longestDelayMs);
    child.kill('SIGKILL');
    expect((await ended).signal).toBe('SIGKILL');
    expect(await lastingOrphans()).toEqual([]);
    // Behind the gate the command never begins. Past the gate it continues.
    writeFileSync(join(folder, 'stop'), '');
    await until(() => processesWith(folder).length === 0);
    expect(existsSync(join(folder, 'finished'))).toBe(existsSync(join(folder, 'began')));
  }
});

it('leaves nothing behind when it is killed in the midst of a trace, and the command at its work', async () => {
  const folder = join(stage.folder, 'midst');
  mkdirSync(folder);
  const { child, ended } = startSpoor(['trace', '--', 'sh', '-c', worker, 'worker', folder]);
  await until(() => existsSync(join(folder, 'began')));
  expect(holdsPrograms(child.pid!)).toBe(true);
  child.kill('SIGKILL');
  // The worker inherited the pipes of this test, and keeps them open.
  await until(() => child.signalCode === 'SIGKILL');
  expect(await lastingOrphans()).toEqual([]);
  writeFileSync(join(folder, 'stop'), '');
  await until(() => existsSync(join(folder, 'finished')));
  expect((await ended).signal).toBe('SIGKILL');
});
