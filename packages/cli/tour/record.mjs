/**
 * Makes tour.spoor, which `spoor tour` shows on a machine that cannot trace. Run `node
 * tour/record.mjs` as root, in a built tree, when the format of records has changed.
 *
 * Traces the tour with the command itself, in a folder and an environment that reveal nothing about
 * this machine. Keeps only those facts of the recording that the tour prints. A record with another
 * path or address is an error.
 */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { copyFileSync, mkdtempSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import process from 'node:process';
import { openRecording, RecordingWriter } from '@spoor/event';

const folder = mkdtempSync('/tmp/spoor-tour-');
const here = import.meta.dirname;
const harmlessPath = /^(\/(bin|dev|etc|lib|lib64|proc|sys|usr|var\/run\/nscd)\/|\/tmp\/spoor-tour-\w+(\/|$))/;
const harmlessAddress = /^(127\.0\.0\.1|::1)$/;

try {
  for (const file of ['tour.sh', 'connect.mjs']) copyFileSync(join(here, file), join(folder, file));
  const raw = join(folder, 'raw.spoor');
  await record(raw);
  await clean(raw, join(here, 'tour.spoor'));
} finally {
  rmSync(folder, { recursive: true, force: true });
}

/** @param {string} path */
async function record(path) {
  const server = createServer((socket) => socket.end('hello\n'));
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = /** @type {import('node:net').AddressInfo} */ (server.address());
  const spoor = join(here, '..', 'bin', 'spoor.cjs');
  const command = ['sh', 'tour.sh', '/usr/bin/node', String(port)];
  const args = [
    'trace',
    '--events',
    'exec,open,connect,exit',
    '--record',
    path,
    '--output-file',
    '/dev/null',
    '--',
    ...command,
  ];
  const child = spawn(process.execPath, [spoor, ...args], {
    cwd: folder,
    env: { PATH: '/usr/bin:/bin', LANG: 'C.UTF-8', TZ: 'UTC' },
    stdio: 'ignore',
  });
  const [status] = await once(child, 'exit');
  server.close();
  if (status !== 3) throw new Error(`the tour ended with ${status}, not with 3`);
}

/**
 * @param {string} from
 * @param {string} to
 */
async function clean(from, to) {
  const recording = await openRecording(from);
  /** @type {import('@spoor/event').Event[]} */
  const events = [];
  for await (const event of recording) {
    if (!('tgid' in event)) throw new Error(`the recording is not whole: ${JSON.stringify(event)}`);
    check(event.toJSON());
    events.push(event);
  }
  const { kernel, architecture } = recording.header.facts;
  const facts = { kernel: String(kernel).replace(/^(\d+\.\d+).*/, '$1'), architecture };
  const writer = await RecordingWriter.create(to, { context: recording.decoder.context, facts });
  for (const { raw } of events) writer.add(raw);
  await writer.close();
  await recording.close();
  process.stdout.write(`${to}: ${events.length} records\n`);
}

/** @param {import('@spoor/event').EventLine} line */
function check({ exe, uid, data }) {
  const { path, address, family, error } = /** @type {Record<string, string>} */ (data);
  for (const name of [exe, path]) {
    // A failed open has the name as the caller gave it, which may be relative.
    if (name?.startsWith('/') && !harmlessPath.test(name))
      throw new Error(`the recording names ${name} (${error})`);
  }
  if (family?.startsWith('inet') && !harmlessAddress.test(address ?? ''))
    throw new Error(`the recording names ${address}`);
  if (uid !== 0) throw new Error(`the recording names the user ${uid}`);
}
