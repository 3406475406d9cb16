import { readFileSync } from 'node:fs';
import process from 'node:process';
import { expect, it } from 'vitest';
import { GatedCommand } from './gated-command.js';

it('a gate that waits has its libraries, and the command has not begun', async () => {
  const command = await GatedCommand.start(['true'], { stdio: 'ignore' });
  await command.waiting;
  expect(readFileSync(`/proc/${command.tgid}/comm`, 'utf8')).toBe('sh\n');
  expect(readFileSync(`/proc/${command.tgid}/maps`, 'utf8')).toMatch(/\/libc[.-]/);
  command.open();
  expect(await command.exit).toEqual({ code: 0, signal: null });
});

it('a gate that was ended is not waited for, and an abandoned one never becomes the command', async () => {
  const ended = await GatedCommand.start(['true'], { stdio: 'ignore' });
  process.kill(ended.tgid, 'SIGKILL');
  await ended.waiting;
  expect(await ended.exit).toEqual({ code: null, signal: 'SIGKILL' });
  const abandoned = await GatedCommand.start(['true'], { stdio: 'ignore' });
  await abandoned.waiting;
  abandoned.abandon();
  expect(await abandoned.exit).toEqual({ code: 125, signal: null });
});
