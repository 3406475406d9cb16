import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, expect, it } from 'vitest';

const bin = fileURLToPath(new URL('../../bin/spoor.cjs', import.meta.url));
let folder: string;

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'spoor-entries-'));
});
afterAll(() => rmSync(folder, { recursive: true }));

/**
 * 150 processes that live at the same time, more than the map has entries. Then each of them acts
 * and ends.
 */
const script =
  'i=0; while [ $i -lt 150 ]; do (read -r _ </dev/null; exec /bin/cat /etc/hostname >/dev/null) & i=$((i+1)); done; wait';

/** Counts the events by line, without the parts that differ between runs. */
function eventsWith(...options: string[]): Map<string, number> {
  const out = join(folder, 'out.json');
  const { status, stderr } = spawnSync(
    process.execPath,
    [bin, 'trace', ...options, '--format', 'json', '--output-file', out, '--', 'sh', '-c', script],
    { encoding: 'utf8' },
  );
  expect(`${status} ${stderr}`).toBe('0 ');
  const counts = new Map<string, number>();
  for (const line of readFileSync(out, 'utf8').trim().split('\n')) {
    const { event, comm, exe, scopes, flags, data } = JSON.parse(line);
    const key = JSON.stringify([event, comm, exe, scopes, flags, data.path, data.argv, data.code]);
    counts.set(key, (counts.get(key) ?? 0) + 1);
  }
  return counts;
}

it('--map-entries 100 gives the same events as the default', () => {
  const events = ['--events', 'fork,exec,exit,open'];
  expect(eventsWith(...events, '--map-entries', '100')).toEqual(eventsWith(...events));
});
