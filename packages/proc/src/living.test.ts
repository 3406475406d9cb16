import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, realpathSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, it } from 'vitest';
import { livingDescendants, readLiving } from './living.js';

const folder = realpathSync(mkdtempSync(join(tmpdir(), 'spoor-living-')));
afterAll(() => rmSync(folder, { recursive: true }));

it('reads arguments and working directory, also of descendants, until the process ends', async () => {
  const script = 'exec 3<&0; sh -c "echo ready; read line <&3" "" "a b" "" & wait';
  const child = spawn('sh', ['-c', script], { cwd: folder, stdio: ['pipe', 'pipe', 'inherit'] });
  const exit = once(child, 'exit');
  await once(child.stdout, 'data');
  const tgids = livingDescendants(child.pid!);
  expect(tgids).toHaveLength(2);
  expect(tgids[0]).toBe(child.pid);
  const [shell, inner] = tgids.map((tgid) => readLiving(tgid)!);
  expect(shell).toMatchObject({
    argv: ['sh', '-c', script],
    cwd: folder,
    facts: { parentTgid: process.pid },
  });
  expect(inner!.argv.slice(3)).toEqual(['', 'a b', '']);
  expect(inner!.facts.parentTgid).toBe(child.pid);
  child.stdin.end();
  await exit;
  expect(readLiving(child.pid!)).toBeUndefined();
  expect(livingDescendants(child.pid!)).toEqual([child.pid]);
});
