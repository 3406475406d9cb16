import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { expect, it, onTestFinished } from 'vitest';
import { temporaryFolder } from '../../test/captured-io.js';
import { readPolicy } from './files.js';

const policy = '{"scopes": [{"name": "root", "filters": "uid=0"}]}';
const named = { scopes: [expect.objectContaining({ name: 'root' })] };

function pipe(): string {
  const path = join(temporaryFolder(), 'pipe');
  execFileSync('mkfifo', [path]);
  return path;
}

/** Starts a shell that writes to a pipe. */
async function writer(path: string, line: string): Promise<void> {
  const child = spawn('sh', ['-c', `echo ready; exec > "$0"; ${line}`, path], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  onTestFinished(() => {
    child.kill();
  });
  await once(child.stdout, 'data');
  // The shell now opens the pipe, and waits for this process to open it too.
  await sleep(100);
}

it('reads a file', async () => {
  const path = join(temporaryFolder(), 'policy.json');
  writeFileSync(path, policy);
  expect(await readPolicy(path)).toMatchObject(named);
});

it('reads a pipe to its end, however slow', async () => {
  const path = pipe();
  const [first, last] = [policy.slice(0, 9), policy.slice(9)];
  await writer(path, `sleep 0.1; printf %s '${first}'; sleep 0.1; printf %s '${last}'`);
  expect(await readPolicy(path)).toMatchObject(named);
});

it('does not wait for a writer of a pipe', async () => {
  const path = pipe();
  await expect(readPolicy(path)).rejects.toMatchObject({
    code: 'FILE_UNREADABLE',
    message: `${path} cannot be read: no process writes to this pipe`,
  });
});

it('stops to wait for a pipe when aborted', async () => {
  const path = pipe();
  await writer(path, 'exec sleep 60');
  const abort = new AbortController();
  setTimeout(() => abort.abort(), 50);
  await expect(readPolicy(path, abort.signal)).rejects.toThrow(
    expect.objectContaining({ name: 'AbortError' }),
  );
});

it('reads no more of a device without an end than a policy can have', async () => {
  const before = process.resourceUsage().maxRSS;
  await expect(readPolicy('/dev/zero')).rejects.toMatchObject({
    code: 'POLICY_INVALID',
    message: expect.stringMatching(/^\/dev\/zero: .* exceeds 1048576 characters$/),
  });
  // Kilobytes. Without a limit, 500 MiB were read.
  expect(process.resourceUsage().maxRSS - before).toBeLessThan(100_000);
});
