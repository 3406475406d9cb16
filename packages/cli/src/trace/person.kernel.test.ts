import { existsSync, readFileSync, renameSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { useStage } from '../../test/actor.js';
import { until } from '../../test/leftovers.js';
import { spoor, startSpoor } from '../../test/spoor.js';

const stage = useStage();
const nobody = '65534';

const tells = [
  'sh',
  '-c',
  'id -u; id -g; id -G; echo "$HOME $USER $LOGNAME"; grep ^CapEff /proc/self/status',
];

/** Runs a command that prints its user. Returns its lines, and the messages of `spoor`. */
async function told(options: readonly string[], env: NodeJS.ProcessEnv = {}) {
  const { stdout, stderr, status } = await spoor(
    ['trace', '--events', 'exec', '--output-file', '/dev/null', ...options, '--', ...tells],
    { env: { ...process.env, ...env } },
  );
  return { lines: stdout.split('\n'), stderr, status };
}

const asNobody = [nobody, nobody, nobody, '/nonexistent nobody nobody', 'CapEff:\t0000000000000000', ''];

it('runs the command as the user who called sudo, and prints a note', async () => {
  const { lines, stderr, status } = await told([], { SUDO_UID: nobody, SUDO_GID: nobody });
  expect(lines).toEqual(asNobody);
  expect(stderr).toBe('spoor: the command runs as nobody, who called sudo; --user root runs it as root\n');
  expect(status).toBe(0);
});

it('runs the command as the named user, by name or id', async () => {
  expect(await told(['--user', 'nobody'])).toEqual({ lines: asNobody, stderr: '', status: 0 });
  expect((await told(['--user', nobody])).lines).toEqual(asNobody);
  const { lines, stderr } = await told(['--user', 'root'], { SUDO_UID: nobody });
  expect([lines[0], stderr]).toEqual(['0', '']);
});

it('does not report its own change of user as an event of the command', async () => {
  const { stderr, status } = await spoor(['trace', '--format', 'json', '--user', 'nobody', '--', 'true']);
  const events = stderr
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line));
  expect([status, events[0].event, events[0].uid]).toEqual([0, 'exec', Number(nobody)]);
  expect(events.map(({ event }) => event)).not.toContain('setuid');
});

it('rejects an unknown user, and does not run the command', async () => {
  const { lines, stderr, status } = await told(['--user', 'no-such-user']);
  expect(stderr).toMatch(/^spoor: INVALID_VALUE: no such user on this machine: "no-such-user"/);
  expect([lines, status]).toEqual([[''], 2]);
});

it('gives its files to the user who called sudo', async () => {
  const out = join(stage.folder, 'out');
  const env = { ...process.env, SUDO_UID: nobody, SUDO_GID: nobody };
  await spoor(['trace', '--output-file', out, '--', 'true'], { env });
  const { uid, gid, mode } = statSync(out);
  expect([uid, gid, mode & 0o777]).toEqual([65534, 65534, 0o600]);
});

it('continues in a new file after SIGHUP, without a signal to the command', async () => {
  const [out, rotated] = [join(stage.folder, 'log'), join(stage.folder, 'log.1')];
  const script = `cd "$1"; /bin/true before; : > began; while [ ! -e stop ]; do sleep .02; done; /bin/true after; exit 3`;
  const { child, ended } = startSpoor(
    ['trace', '--events', 'exec', '--output-file', out, '--', 'sh', '-c', script, 'sh', stage.folder],
    { stdio: 'ignore' },
  );
  await until(() => existsSync(join(stage.folder, 'began')));
  renameSync(out, rotated);
  child.kill('SIGHUP');
  await until(() => existsSync(out));
  writeFileSync(join(stage.folder, 'stop'), '');
  expect((await ended).status).toBe(3);
  expect(readFileSync(out, 'utf8')).toContain('/bin/true after');
  expect(readFileSync(rotated, 'utf8')).toContain('before');
});
