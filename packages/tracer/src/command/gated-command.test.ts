import { type StdioOptions, spawn } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, mkdtempSync, openSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import process from 'node:process';
import { expect, it, onTestFinished } from 'vitest';
import { GatedCommand } from './gated-command.js';
import type { SpawnOptions } from './held-command.js';

function temporaryFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'spoor-gate-'));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

it('the gate waits, and then becomes the command in the same process', async () => {
  const command = await GatedCommand.start(['true'], { stdio: 'ignore' });
  await command.waiting;
  expect(readFileSync(`/proc/${command.tgid}/comm`, 'utf8')).toMatch(/^gate-/);
  await command.open();
  expect(await command.exit).toEqual({ code: 0, signal: null });
});

it('does not wait for an ended gate, and an abandoned gate never becomes the command', async () => {
  const ended = await GatedCommand.start(['true'], { stdio: 'ignore' });
  process.kill(ended.tgid, 'SIGKILL');
  expect(await ended.exit).toEqual({ code: null, signal: 'SIGKILL' });
  await ended.waiting;
  await ended.open();
  const abandoned = await GatedCommand.start(['true'], { stdio: 'ignore' });
  await abandoned.waiting;
  abandoned.abandon();
  expect(await abandoned.exit).toEqual({ code: 125, signal: null });
});

it('finds a relative command in the directory that it starts in', async () => {
  const folder = temporaryFolder();
  writeFileSync(join(folder, 'own'), '#!/bin/sh\nexit 3\n', { mode: 0o700 });
  const command = await GatedCommand.start(['./own'], { cwd: folder, stdio: 'ignore' });
  await command.open();
  expect(await command.exit).toEqual({ code: 3, signal: null });
});

it('passes environment, arguments and descriptors on, as child_process.spawn does', async () => {
  const folder = temporaryFolder();
  const given = join(folder, 'given');
  writeFileSync(given, 'from descriptor 4');
  const script = 'printf "%s|" "$0" "$@"; cat <&4; ls /proc/self/fd | tr "\\n" ","; env; kill -l; ulimit -a';
  const words = ['/bin/sh', '-c', script, 'a b', '', "it's"];
  const env = { 'x.y-z': '1', PATH: '/usr/bin:/bin', empty: '' };
  /** Returns the standard output of a command that `start` starts. */
  const told = async (start: (stdio: StdioOptions) => Promise<unknown>) => {
    const file = join(folder, 'told');
    const fds = [openSync(file, 'w'), openSync(given, 'r')] as const;
    await start(['ignore', fds[0], 'ignore', 'ignore', fds[1]]);
    for (const fd of fds) closeSync(fd);
    return readFileSync(file, 'utf8');
  };
  const bare = await told((stdio) => once(spawn(words[0]!, words.slice(1), { env, stdio }), 'exit'));
  const gated = await told(async (stdio) => {
    const command = await GatedCommand.start(words, { env, stdio });
    await command.open();
    expect(await command.exit).toEqual({ code: 0, signal: null });
  });
  expect(bare).toContain("a b||it's|from descriptor 4");
  expect(gated).toBe(bare);
});

it.each([
  [{ cwd: '/nonexistent' }, 'INVALID_VALUE', 'Invalid value for spawn.cwd: "/nonexistent" does not exist'],
  [{ cwd: '/etc/passwd' }, 'INVALID_VALUE', 'Invalid value for spawn.cwd: "/etc/passwd" is not a directory'],
  [{ stdio: [999, 999, 999] }, 'INVALID_VALUE', /spawn\.stdio names a descriptor that is not open/],
  [{ stdio: [{} as never] }, 'INVALID_VALUE', /^The command "true" cannot be started: /],
  [{ cwd: '/tmp\0' }, 'INVALID_VALUE', /spawn\.cwd/],
  [{ env: { PATH: '/bin', A: '\0' } }, 'INVALID_VALUE', /^The command "true" cannot be started: /],
  [
    { env: { PATH: '/bin', A: 'x'.repeat(200_000) } },
    'COMMAND_NOT_EXECUTABLE',
    /more arguments and environment/,
  ],
] as [SpawnOptions, string, string | RegExp][])(
  'a start with %j fails with %s',
  async (options, code, message) => {
    const starting = GatedCommand.start(['true'], options);
    await expect(starting).rejects.toMatchObject({ name: 'SpoorError', code });
    await expect(starting).rejects.toThrow(message);
  },
);

it('a start with an argument that is too long fails by name', async () => {
  await expect(GatedCommand.start(['true', 'x'.repeat(200_000)])).rejects.toMatchObject({
    code: 'COMMAND_NOT_EXECUTABLE',
    message: 'The command "true" has more arguments and environment than the kernel takes',
    errno: 7,
  });
});

it('reports by name what the kernel does not execute', async () => {
  const folder = temporaryFolder();
  const file = (name: string, text: string) => {
    writeFileSync(join(folder, name), text, { mode: 0o755 });
    return join(folder, name);
  };
  const opened = async (path: string) => {
    const command = await GatedCommand.start([path], { stdio: 'ignore' });
    const error = await command.open().then(
      () => undefined,
      (reason) => reason as { code: string; message: string },
    );
    return [error?.code, (await command.exit).code];
  };
  expect(await opened(file('interpreter', '#!/no/such/interpreter\n'))).toEqual(['COMMAND_NOT_FOUND', 127]);
  expect(await opened(file('elf', '\x7fELFgarbage'))).toEqual(['COMMAND_NOT_EXECUTABLE', 126]);
  expect(await opened(file('script', 'exit 7\n'))).toEqual([undefined, 7]);
});
