import { execFileSync } from 'node:child_process';
import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { closeSync, openSync } from 'node:fs';
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

  const refusal = (problem: string, remedy: string) =>
    expect.objectContaining({
      code: 'ATTACH_FAILED',
      message: expect.stringMatching(new RegExp(`^counted cannot be attached to .*: ${problem}$`)),
      remedy: expect.stringContaining(remedy),
    });

  test('takes an XDP program only as its driver can', () => {
    using loaded = load('xdp', XDP_PASS);
    const program = loaded.program('counted');
    expect(() => program.attach({ interface: 'lo', mode: 'native' })).toThrow(
      refusal('its driver has no native XDP', "'generic'"),
    );
    expect(() => program.attach({ interface: device, mode: 'offload' })).toThrow(
      refusal('the program was not loaded for the device', "'generic'"),
    );
  });

  test.runIf(kernelSince('6.6'))('has a TCX program once', () => {
    using loaded = load('tc', TC_ACT_OK);
    const program = loaded.program('counted');
    using _first = program.attach({ interface: device, direction: 'ingress' });
    expect(() => program.attach({ interface: device, direction: 'ingress' })).toThrow(
      refusal('the program is attached there already', 'Keep the link'),
    );
  });

  test('can be both sides of an interface at once', async () => {
    using loaded = load('tc', TC_ACT_OK);
    using _in = loaded.program('counted').attach({ interface: device, direction: 'ingress' });
    using _out = loaded.program('other').attach({ interface: device, direction: 'egress' });
    // The answer to a packet for a port without a socket goes out.
    const counts = () => ['runs', 'runs_of_other'].map((name) => loaded.globals.read(name) as bigint);
    await sendUntil(net, () => counts().every((count) => count > 0n));
  });

  test('is a netkit device for netkit programs', () => {
    using loaded = load('netkit/primary', TC_ACT_OK);
    expect(() => loaded.program('counted').attach({ interface: device })).toThrow(
      refusal('(this kernel has no netkit devices|it is not a netkit device)', ''),
    );
  });

  test.runIf(kernelSince('6.4'))('is a priority of a netfilter hook that no other program has', () => {
    using loaded = load('netfilter', NF_ACCEPT);
    const target = { family: 'ipv4', hook: 'input', priority: 5 } as const;
    using _first = loaded.program('other').attach(target);
    const program = loaded.program('counted');
    expect(() => program.attach(target)).toThrow(refusal('another program has this priority', 'another'));
    expect(() => program.attach({ ...target, priority: 2 ** 31 - 1 })).toThrow(
      refusal('the kernel does not allow this priority', 'Choose one'),
    );
    using _second = program.attach({ ...target, priority: 6 });
  });

  test('is named if there is no such interface', () => {
    using loaded = load('xdp', XDP_PASS);
    for (const [nowhere, shown] of [
      ['nowhere0', "'nowhere0'"],
      [999_999, 'with the index 999999'],
      [0, 'with the index 0'],
    ] as const) {
      expect(() => loaded.program('counted').attach({ interface: nowhere })).toThrow(
        expect.objectContaining({
          code: 'ATTACH_FAILED',
          message: `counted cannot be attached: no network interface ${shown}`,
          remedy: expect.stringContaining('ip link'),
        }),
      );
    }
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
    expect(() => loaded.program('counted').attach({ netns: '/proc/thread-self/ns/net' })).toThrow(
      refusal('it has as many programs as it can have', 'Detach'),
    );
    expect(() => loaded.program('counted').attach({ netns: '/proc/thread-self/ns/user' })).toThrow(
      refusal('it is not a network namespace', '/proc/self/ns/net'),
    );
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
    const file = openSync('/dev/null', 'r');
    for (const socket of [0x7fff_ffff, file]) {
      expect(() => loaded.program('counted').attach({ socket })).toThrow(
        refusal('it is not a socket', 'a socket that is open'),
      );
    }
    closeSync(file);
  });
});
