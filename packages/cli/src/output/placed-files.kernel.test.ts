import {
  chmodSync,
  chownSync,
  lchownSync,
  linkSync,
  mkdirSync,
  readFileSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { temporaryFolder } from '../../test/captured-io.js';
import { spoor } from '../../test/spoor.js';

const nobody = 65534;
/** A user that exists on every machine, as the caller of sudo. */
const daemon = 1;

/** A folder that every user may write to, without the protection of a sticky folder. */
function sharedFolder(): string {
  const folder = temporaryFolder();
  chmodSync(folder, 0o777);
  return folder;
}

it.each(['--output-file', '--record', '--stats-json'])(
  'does not follow a link that somebody else placed: %s',
  async (option) => {
    const folder = sharedFolder();
    const victim = join(folder, 'victim');
    writeFileSync(victim, 'untouched\n');
    const link = join(folder, 'link');
    symlinkSync(victim, link);
    lchownSync(link, nobody, nobody);
    const { status, stderr } = await spoor(['trace', option, link, '--', 'true']);
    expect(stderr).toMatch(
      `OUTPUT_UNWRITABLE: ${link} cannot be written: ${link} is a symbolic link that belongs to nobody (uid 65534)`,
    );
    expect(status).toBe(2);
    expect(readFileSync(victim, 'utf8')).toBe('untouched\n');
  },
);

it('does not follow such a link on the way, nor behind a link of its own', async () => {
  const folder = sharedFolder();
  mkdirSync(join(folder, 'private'));
  symlinkSync('private', join(folder, 'way'));
  lchownSync(join(folder, 'way'), nobody, nobody);
  symlinkSync('way/out', join(folder, 'mine'));
  for (const name of ['way/out', 'mine']) {
    const { status, stderr } = await spoor(['trace', '--output-file', join(folder, name), '--', 'true']);
    expect(stderr).toContain(`${folder}/way is a symbolic link that belongs to nobody`);
    expect(status).toBe(2);
  }
});

it('does not write to a file of another user in a shared folder, nor to a second name of one', async () => {
  const folder = sharedFolder();
  const theirs = join(folder, 'theirs');
  writeFileSync(theirs, '', { mode: 0o666 });
  chownSync(theirs, nobody, nobody);
  writeFileSync(join(folder, 'victim'), 'untouched\n');
  linkSync(join(folder, 'victim'), join(folder, 'second'));
  const first = await spoor(['trace', '--output-file', theirs, '--', 'true']);
  expect(first.stderr).toContain('it belongs to nobody (uid 65534)');
  const second = await spoor(['trace', '--output-file', join(folder, 'second'), '--', 'true']);
  expect(second.stderr).toContain('it has a second name');
  expect([first.status, second.status]).toEqual([2, 2]);
  expect(readFileSync(join(folder, 'victim'), 'utf8')).toBe('untouched\n');
});

it('gives new files to the user who called sudo, and follows links of that user', async () => {
  const folder = sharedFolder();
  symlinkSync('real', join(folder, 'link'));
  lchownSync(join(folder, 'link'), daemon, daemon);
  const outputs = ['out', 'record', 'stats'].map((name) => join(folder, name));
  const [out, record, stats] = outputs;
  writeFileSync(join(folder, 'old'), 'old', { mode: 0o644 });
  const env = { ...process.env, SUDO_UID: String(daemon), SUDO_GID: String(daemon) };
  const options = ['--output-file', out!, '--record', record!, '--stats-json', stats!];
  expect((await spoor(['trace', ...options, '--', 'true'], { env })).status).toBe(0);
  for (const path of outputs)
    expect(statSync(path)).toMatchObject({ uid: daemon, gid: daemon, mode: 0o100600 });
  expect((await spoor(['replay', record!, '--output-file', join(folder, 'link')], { env })).status).toBe(0);
  expect(statSync(join(folder, 'real'))).toMatchObject({ uid: daemon, gid: daemon });
  expect((await spoor(['replay', record!, '--output-file', join(folder, 'old')], { env })).status).toBe(0);
  expect(statSync(join(folder, 'old'))).toMatchObject({ uid: 0, mode: 0o100644 });
});
