import { execFileSync } from 'node:child_process';
import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { compileFixture } from '../../test/compile.js';
import { kernelSince } from '../../test/kernel.js';
import { type Network, network, sendUntil } from '../../test/namespace.js';
import { type AttachTarget, type Link, openObject } from '../index.js';

const load = (section: string, result: number) =>
  openObject(compileFixture('hook', [`SECTION="${section}"`, `RESULT=${result}`])).load();

const XDP_PASS = 2;
const TC_ACT_OK = 0;
const NF_ACCEPT = 1;
const SK_PASS = 1;
const device = 'near';

let net: Network;
beforeAll(() => {
  net = network();
});
afterAll(() => net[Symbol.dispose]());

/** Kinds that see a packet which the other namespace sends, with the type of their link. */
const kinds: readonly (readonly [
  section: string,
  result: number,
  target: AttachTarget,
  type: string,
  since: string,
])[] = [
  ['xdp', XDP_PASS, { interface: device }, 'xdp', '5.10'],
  ['xdp', XDP_PASS, { interface: device, mode: 'generic' }, 'xdp', '5.10'],
  ['xdp.frags', XDP_PASS, { interface: device, mode: 'native' }, 'xdp', '5.18'],
  ['tc', TC_ACT_OK, { interface: device, direction: 'ingress', via: 'tcx' }, 'tcx', '6.6'],
  ['classifier', TC_ACT_OK, { interface: device, direction: 'ingress', via: 'filter' }, 'tc', '5.10'],
  ['tc', TC_ACT_OK, { interface: device, direction: 'egress', via: 'filter' }, 'tc', '5.10'],
  ['tcx/ingress', TC_ACT_OK, { interface: device, order: 'first' }, 'tcx', '6.6'],
  ['tcx/egress', TC_ACT_OK, { interface: device }, 'tcx', '6.6'],
  ['netfilter', NF_ACCEPT, { family: 'ipv4', hook: 'input', priority: -10 }, 'netfilter', '6.4'],
  ['sk_lookup', SK_PASS, { netns: '/proc/thread-self/ns/net' }, 'netns', '5.10'],
];

describe('a network program sees the packets of its target', () => {
  for (const [section, result, target, type, since] of kinds) {
    test.runIf(kernelSince(since))(`${section} at ${JSON.stringify(target)}`, async () => {
      using loaded = load(section, result);
      const runs = () => loaded.globals.read('runs') as bigint;
      const link = loaded.program('counted').attach(target);
      await sendUntil(net, () => runs() > 0n);
      expect(link.info().type).toBe(type);
      if (link.fd >= 0) await updates(link, loaded);
      link.detach();
      const before = runs() + (loaded.globals.read('runs_of_other') as bigint);
      net.send();
      expect(runs() + (loaded.globals.read('runs_of_other') as bigint)).toBe(before);
    });
  }

  async function updates(link: Link, loaded: ReturnType<typeof load>): Promise<void> {
    const other = loaded.program('other');
    if (link.info().type === 'netfilter') {
      expect(() => link.update(other)).toThrow(expect.objectContaining({ code: 'UNSUPPORTED' }));
      return;
    }
    link.update(other);
    expect(link.program).toBe('other');
    await sendUntil(net, () => (loaded.globals.read('runs_of_other') as bigint) > 0n);
  }
});

describe('the target of a network program', () => {
  test('is an interface by its index, too', () => {
    using loaded = load('xdp', XDP_PASS);
    const [shown] = JSON.parse(execFileSync('ip', ['-j', 'link', 'show', device], { encoding: 'utf8' }));
    using link = loaded.program('counted').attach({ interface: shown.ifindex });
    expect(link.info().id).toBeGreaterThan(0);
    expect(execFileSync('ip', ['link', 'show', device], { encoding: 'utf8' })).toContain('prog/xdp');
  });

  test('is named if there is no such interface', () => {
    using loaded = load('xdp', XDP_PASS);
    expect(() => loaded.program('counted').attach({ interface: 'nowhere0' })).toThrow(
      expect.objectContaining({ code: 'ATTACH_FAILED', message: expect.stringContaining("'nowhere0'") }),
    );
  });

  test('keeps a second program out, if it takes one only', () => {
    using loaded = load('xdp', XDP_PASS);
    using _first = loaded.program('counted').attach({ interface: device });
    expect(() => loaded.program('other').attach({ interface: device })).toThrow(
      expect.objectContaining({
        code: 'ATTACH_FAILED',
        message: expect.stringContaining(`xdp on ${device}`),
      }),
    );
  });

  test('is a network namespace for flow dissectors', () => {
    using loaded = load('flow_dissector', 0);
    using link = loaded.program('counted').attach({ netns: '/proc/thread-self/ns/net' });
    expect(link.info().type).toBe('netns');
    expect(() => loaded.program('other').attach({ netns: '/no/such/namespace' })).toThrow(
      expect.objectContaining({
        code: 'ATTACH_FAILED',
        message: expect.stringContaining('/no/such/namespace'),
      }),
    );
  });

  test('is a socket for socket filters', async () => {
    using loaded = load('socket', 65_535);
    const socket = createSocket('udp4');
    socket.bind(0, '127.0.0.1');
    await once(socket, 'listening');
    // Node.js has no public name for the descriptor.
    const { fd } = Reflect.ownKeys(socket)
      .map((key) => Reflect.get(socket, key))
      .find((state) => state?.handle?.fd > 0).handle;
    try {
      const link = loaded.program('counted').attach({ socket: fd });
      expect(link.info()).toEqual({ id: undefined, type: 'socket' });
      const send = async () => {
        const received = once(socket, 'message');
        socket.send('packet', socket.address().port, '127.0.0.1');
        await received;
      };
      await send();
      expect(loaded.globals.read('runs')).toBe(1n);
      link.detach();
      await send();
      expect(loaded.globals.read('runs')).toBe(1n);
    } finally {
      socket.close();
    }
    expect(() => loaded.program('counted').attach({ socket: 0x7fff_ffff })).toThrow(
      expect.objectContaining({ code: 'ATTACH_FAILED' }),
    );
  });
});
