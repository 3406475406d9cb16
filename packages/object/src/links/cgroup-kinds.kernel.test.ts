import { execFileSync } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, mkdirSync, openSync, readFileSync, rmdirSync } from 'node:fs';
import { connect, createServer, type Socket } from 'node:net';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { compileFixture } from '../../test/compile.js';
import { kernelSince } from '../../test/kernel.js';
import { openObject } from '../index.js';

const load = (section: string, ...defines: string[]) =>
  openObject(compileFixture('hook', [`SECTION="${section}"`, 'RESULT=1', ...defines])).load();

const root = /^\S+ (\S+) cgroup2 /m.exec(readFileSync('/proc/mounts', 'utf8'))?.[1];
const folder = `${root}/spoor-links-${process.pid}`;

describe.runIf(root !== undefined)('a program of a cgroup', () => {
  beforeAll(() => mkdirSync(folder));
  afterAll(() => rmdirSync(folder));

  /** Sends a packet to this machine, from a process in the cgroup. */
  const send = () =>
    execFileSync('bash', ['-c', `echo $$ > ${folder}/cgroup.procs; echo packet > /dev/udp/127.0.0.1/9`]);

  for (const section of ['cgroup_skb/egress', 'cgroup/connect4', 'cgroup/sock_create']) {
    test(`${section} runs for the processes of the cgroup`, () => {
      using loaded = load(section);
      const link = loaded.program('counted').attach({ cgroup: folder });
      expect(link.info().type).toBe('cgroup');
      send();
      expect(loaded.globals.read('runs')).toBeGreaterThan(0n);
      link.update(loaded.program('other'));
      const runs = loaded.globals.read('runs');
      send();
      expect(loaded.globals.read('runs')).toBe(runs);
      const runsOfOther = loaded.globals.read('runs_of_other');
      expect(runsOfOther).toBeGreaterThan(0n);
      link.detach();
      send();
      expect(loaded.globals.read('runs_of_other')).toBe(runsOfOther);
    });
  }

  test('cgroup/skb sees the packets of the direction that its target names', () => {
    using loaded = load('cgroup/skb');
    using _in = loaded.program('counted').attach({ cgroup: folder, direction: 'ingress' });
    using _out = loaded.program('other').attach({ cgroup: folder, direction: 'egress' });
    send();
    // No socket of the cgroup receives the packet, which is sent to a port without one.
    expect(loaded.globals.read('runs')).toBe(0n);
    expect(loaded.globals.read('runs_of_other')).toBeGreaterThan(0n);
  });

  for (const section of ['cgroup/dev', 'cgroup/sysctl', 'cgroup/getsockopt', 'sockops']) {
    test(`${section} is attached, also by a descriptor of the folder`, () => {
      using loaded = load(section);
      const fd = openSync(folder, 'r');
      const link = loaded.program('counted').attach({ cgroup: fd });
      closeSync(fd);
      expect(link.info()).toEqual({ id: expect.any(Number), type: 'cgroup' });
    });
  }

  test('can be the only one, which a cgroup below may or may not replace', () => {
    for (const mode of ['override', 'exclusive'] as const) {
      using loaded = load('cgroup_skb/egress');
      const link = loaded.program('counted').attach({ cgroup: folder, mode });
      expect(link.info()).toEqual({ id: undefined, type: 'cgroup' });
      send();
      const runs = loaded.globals.read('runs');
      expect(runs).toBeGreaterThan(0n);
      expect(() => loaded.program('other').attach({ cgroup: folder })).toThrow(
        expect.objectContaining({ code: 'ATTACH_FAILED', message: expect.stringContaining('keeps it out') }),
      );
      link.detach();
      send();
      expect(loaded.globals.read('runs')).toBe(runs);
    }
  });

  test.runIf(kernelSince('6.1'))('iter/cgroup visits a cgroup and those below', () => {
    const below = [`${folder}/a`, `${folder}/b`];
    for (const path of below) mkdirSync(path);
    try {
      using loaded = openObject(compileFixture('iterators')).enableProgram('each_cgroup').load();
      const program = loaded.program('each_cgroup');
      expect(program.iterate({ cgroup: folder })).toHaveLength(3 * 4);
      expect(program.iterate({ cgroup: below[0]! })).toHaveLength(4);
    } finally {
      for (const path of below) rmdirSync(path);
    }
  });

  test('wants a folder of a cgroup', () => {
    using loaded = load('cgroup_skb/egress');
    expect(() => loaded.program('counted').attach({ cgroup: '/tmp' })).toThrow(
      expect.objectContaining({
        code: 'ATTACH_FAILED',
        message: expect.stringContaining('/tmp: it is not a folder of a cgroup v2'),
      }),
    );
    for (const cgroup of ['/no/such/folder', '/proc/mounts']) {
      expect(() => loaded.program('counted').attach({ cgroup })).toThrow(
        expect.objectContaining({ code: 'ATTACH_FAILED', message: expect.stringContaining(cgroup) }),
      );
    }
  });
});

describe('a program of a sockmap', () => {
  test('sk_msg sees what a socket of the map sends', async () => {
    using loaded = load('sk_msg', 'SOCKMAP');
    const map = loaded.map('sockets');
    const link = loaded.program('counted').attach({ map });
    expect(link.info().type).toBe('sockmap');
    if (kernelSince('6.10')) expect(link.info().id).toBeGreaterThan(0);
    const server = createServer((peer) => peer.resume()).listen(0, '127.0.0.1');
    await once(server, 'listening');
    const socket = connect((server.address() as { port: number }).port, '127.0.0.1');
    try {
      await once(socket, 'connect');
      const key = new Uint8Array(4);
      expect(map.update(key, new Uint8Array(Int32Array.of(descriptor(socket)).buffer), 0)).toBe(0);
      await write(socket);
      expect(loaded.globals.read('runs')).toBe(1n);
      link.detach();
      // The socket takes the program along until it leaves the map.
      expect(map.delete(key)).toBe(0);
      await write(socket);
      expect(loaded.globals.read('runs')).toBe(1n);
    } finally {
      socket.destroy();
      server.close();
    }
  });

  for (const section of ['sk_skb/stream_verdict', 'sk_skb/stream_parser', 'sk_skb', 'sk_skb/verdict']) {
    test(`${section} is attached to the map`, () => {
      using loaded = load(section, 'SOCKMAP');
      const link = loaded.program('counted').attach({ map: loaded.map('sockets') });
      expect(link.info().type).toBe('sockmap');
      link.detach();
      using _again = loaded.program('other').attach({ map: loaded.map('sockets') });
    });
  }

  test('wants a map of sockets', () => {
    using other = openObject(compileFixture('iterators')).load();
    using loaded = load('sk_msg', 'SOCKMAP');
    expect(() => loaded.program('counted').attach({ map: other.map('table') })).toThrow(
      expect.objectContaining({
        code: 'INVALID_VALUE',
        message: 'counted cannot be attached to sk_msg of the map table: it has no sockets',
      }),
    );
  });
});

/** Node.js has no public name for the descriptor of a socket. */
function descriptor(socket: Socket): number {
  return (socket as unknown as { readonly _handle: { readonly fd: number } })._handle.fd;
}

function write(socket: Socket): Promise<void> {
  return new Promise((sent) => {
    socket.write('message', () => sent());
  });
}
