import { expect, it } from 'vitest';
import { lastingOrphans } from '../../test/leftovers.js';
import { command, spoor, startProgram } from '../../test/spoor.js';

it('traces the command, shows table, tree and counters, and ends by itself', async () => {
  const { status, stdout, stderr } = await spoor(['tour']);
  expect([status, stderr]).toEqual([0, '']);
  for (const seen of [
    /connect 127\.0\.0\.1:\d+/,
    /^The tree$/m,
    /^sh tour\.sh .* exit 3 /m,
    /^ {2}Events: \d+ delivered/m,
  ]) {
    expect(stdout).toMatch(seen);
  }
  expect(stdout).not.toContain('RECORDING');
  expect(await lastingOrphans()).toEqual([]);
});

it('reports why this machine cannot trace, and shows the recording', async () => {
  const { status, stdout } = await startProgram('setpriv', [
    ...['--bounding-set=-all', '--inh-caps=-all', command, 'tour'],
  ]).ended;
  expect(status).toBe(0);
  expect(stdout).toMatch(/^This machine cannot trace\n\nspoor: NO_PRIVILEGE: .+\n {2}\S.*\n\nA RECORDING: /);
  expect(stdout).toMatch(/^sh tour\.sh .* exit 3 /m);
});

it('accepts this machine, or reports what is missing', async () => {
  const healthy = await spoor(['doctor', '--json']);
  expect(healthy.status).toBe(0);
  const { works, checks } = JSON.parse(healthy.stdout) as Diagnosis;
  expect(works).toBe(true);
  expect(checks.map(({ name }) => name)).toEqual(
    expect.arrayContaining([
      'privilege',
      'libbpf',
      'kernel btf',
      'lockdown',
      'memlock',
      'tracefs',
      'process map',
      'a trace',
    ]),
  );

  const poor = await startProgram('setpriv', [
    ...['--bounding-set=-all', '--inh-caps=-all', command, 'doctor'],
  ]).ended;
  expect(poor.status).toBe(1);
  expect(poor.stdout).toMatch(
    /missing +privilege +not privileged: without CAP_PERFMON and CAP_BPF\n +Run it as root: sudo/,
  );
  // A feature that could not be tried is not reported as missing.
  expect(poor.stdout).toMatch(/unknown +kernel features +not privileged: .*; not tried: ring buffer, /);
  expect(poor.stdout).not.toContain('Boot a kernel');
  expect(poor.stdout).toMatch(/^Not privileged: /m);
  expect(poor.stdout).toMatch(/missing +a trace +NO_PRIVILEGE/);
});

interface Diagnosis {
  readonly works: boolean;
  readonly checks: readonly { readonly name: string; readonly status: string }[];
}
