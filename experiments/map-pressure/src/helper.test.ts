import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { Helper } from './helper.js';

const shell = (script: string) => new Helper('/bin/sh', ['-c', script]);

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    // Killed, and not yet taken note of by whoever is its parent now.
    return !/\) Z /.test(readFileSync(`/proc/${pid}/stat`, 'utf8'));
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'ENOENT' && process.platform !== 'linux';
  }
}

it('hears what is said, and goes on when told', async () => {
  await using helper = shell('echo \'{"say":"ready","count":3}\'; read -r _; echo \'{"say":"done"}\'');
  expect(await helper.hear('ready')).toEqual({ say: 'ready', count: 3 });
  helper.goOn();
  expect(await helper.hear('done')).toEqual({ say: 'done' });
  await helper.ended();
});

it('does not wait for what a helper leaves behind, and ends it', async () => {
  let left: number;
  {
    await using helper = shell('sleep 1000 & echo "{\\"say\\":\\"left\\",\\"pid\\":$!}"');
    left = (await helper.hear<{ readonly pid: number }>('left')).pid;
    expect(isAlive(left)).toBe(true);
    await expect(helper.hear('more')).rejects.toThrow('/bin/sh ended before it said "more"');
  }
  await expect.poll(() => isAlive(left)).toBe(false);
});
