import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { useStage } from '../../test/actor.js';
import { linesOf, spoor } from '../../test/spoor.js';

const stage = useStage();
/** An address of the loopback network that no other name server has. */
const nameServer = '127.53.0.1';
const host = 'registry.test';

/** Answers questions for A with 127.0.0.1, and others with nothing. */
function answer(query: Buffer): Buffer {
  const end = query.indexOf(0, 12) + 5;
  const isA = query.readUInt16BE(end - 4) === 1;
  const head = Buffer.from([query[0]!, query[1]!, 0x81, 0x80, 0, 1, 0, isA ? 1 : 0, 0, 0, 0, 0]);
  const record = Buffer.from([0xc0, 12, 0, 1, 0, 1, 0, 0, 0, 60, 0, 4, 127, 0, 0, 1]);
  return Buffer.concat([head, query.subarray(12, end), ...(isA ? [record] : [])]);
}

async function serveNames() {
  const socket = createSocket('udp4', (query, { port, address }) =>
    socket.send(answer(query), port, address),
  );
  socket.bind(53, nameServer);
  await once(socket, 'listening');
  return socket;
}

/** Packs a package with an install script. */
function pack(folder: string): Buffer {
  const source = join(folder, 'package');
  mkdirSync(source);
  const scripts = { install: 'node install.js' };
  writeFileSync(join(source, 'package.json'), JSON.stringify({ name: 'hello', version: '1.0.0', scripts }));
  writeFileSync(join(source, 'install.js'), '');
  return execFileSync('tar', ['czf', '-', '-C', folder, 'package']);
}

/** Writes a project whose only dependency comes from the server. */
function writeProject(folder: string, tarball: Buffer, port: number): void {
  mkdirSync(folder);
  const project = { name: 'project', version: '1.0.0', dependencies: { hello: '1.0.0' } };
  const hello = {
    version: '1.0.0',
    resolved: `http://${host}:${port}/hello/-/hello-1.0.0.tgz`,
    integrity: `sha512-${createHash('sha512').update(tarball).digest('base64')}`,
    hasInstallScript: true,
  };
  const packages = { '': project, 'node_modules/hello': hello };
  const lock = { name: 'project', version: '1.0.0', lockfileVersion: 3, requires: true, packages };
  writeFileSync(join(folder, 'package.json'), JSON.stringify(project));
  writeFileSync(join(folder, 'package-lock.json'), JSON.stringify(lock));
}

it.runIf(existsSync('/etc/resolv.conf'))(
  'npm ci: each connection to the registry has its name, each exec of a package its directory',
  async () => {
    const project = join(stage.folder, 'project');
    const tarball = pack(stage.folder);
    const registry = createServer((_, response) => response.end(tarball)).listen(0, '127.0.0.1');
    await once(registry, 'listening');
    const { port } = registry.address() as AddressInfo;
    const names = await serveNames();
    try {
      writeProject(project, tarball, port);
      const resolver = join(stage.folder, 'resolv.conf');
      writeFileSync(resolver, `nameserver ${nameServer}\n`);
      const out = join(stage.folder, 'out.json');
      const script = 'mount --bind "$0" /etc/resolv.conf && exec npm ci --no-audit --no-fund';
      const command = ['unshare', '--mount', 'sh', '-c', script, resolver];
      const env = {
        PATH: process.env['PATH'],
        HOME: stage.folder,
        npm_config_registry: `http://${host}:${port}`,
        npm_config_update_notifier: 'false',
      };
      const args = ['trace', '--events', 'exec,connect,dns', '--format', 'json', '--output-file', out];
      const { status, stderr } = await spoor([...args, '--', ...command], { cwd: project, env });
      expect({ status, stderr }).toMatchObject({ status: 0 });
      const lines = linesOf(readFileSync(out, 'utf8'));
      const connections = lines.filter(({ event, data }) => event === 'connect' && data['port'] === port);
      expect(connections.length).toBeGreaterThan(0);
      for (const { data } of connections) expect(data).toMatchObject({ address: '127.0.0.1', host });
      const execs = lines.filter(({ event }) => event === 'exec').map(({ data }) => data);
      const ofPackage = execs.filter(({ cwd }) => cwd === join(project, 'node_modules/hello'));
      expect(ofPackage.map(({ argv }) => argv)).toEqual([
        ['sh', '-c', 'node install.js'],
        ['node', 'install.js'],
      ]);
    } finally {
      registry.close();
      names.close();
    }
  },
);
