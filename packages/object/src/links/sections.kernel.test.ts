import { execFileSync } from 'node:child_process';
import { describe, expect, test } from 'vitest';
import { compileFixture } from '../../test/compile.js';
import { kernelSince } from '../../test/kernel.js';
import { native } from '../ffi/native.js';
import { features, openObject } from '../index.js';

/** Sections without a target: what the program returns, what it wants, and the first kernel. */
const incomplete: readonly (readonly [section: string, result: number, wants: string, since: string])[] = [
  ['kprobe', 0, 'function: string', '5.10'],
  ['kretprobe', 0, 'function: string', '5.10'],
  ['kprobe.multi', 0, 'functions: string | string[]', '5.18'],
  ['ksyscall', 0, 'syscall: string', '5.10'],
  ['uprobe', 0, 'path: string, symbol?: string', '5.10'],
  ['uretprobe', 0, 'path: string, symbol?: string', '5.10'],
  ['uprobe//bin/true', 0, 'path: string, symbol?: string', '5.10'],
  ['usdt', 0, 'path: string, provider: string, name: string', '5.10'],
  ['tp', 0, 'category: string, name: string', '5.10'],
  ['tracepoint', 0, 'category: string, name: string', '5.10'],
  ['raw_tp', 0, '{ name: string }', '5.10'],
  ['raw_tp.w', 0, '{ name: string }', '5.10'],
  ['perf_event', 0, "event: 'cpu-cycles' | ", '5.10'],
  ...(features.has('lsm')
    ? [['lsm_cgroup/socket_create', 1, 'cgroup: string | number', '6.0'] as const]
    : []),
  ['xdp', 2, 'interface: string | number, mode?', '5.10'],
  ['xdp.frags', 2, 'interface: string | number, mode?', '5.18'],
  ['tc', 0, "direction: 'ingress' | 'egress'", '5.10'],
  ['classifier', 0, "direction: 'ingress' | 'egress'", '5.10'],
  ['tcx/ingress', 0, "direction?: 'ingress' | 'egress'", '5.10'],
  ['tcx/egress', 0, "direction?: 'ingress' | 'egress'", '5.10'],
  ['tc/ingress', 0, "direction?: 'ingress' | 'egress'", '5.10'],
  ['tc/egress', 0, "direction?: 'ingress' | 'egress'", '5.10'],
  ['netkit/primary', 0, '{ interface: string | number }', '5.10'],
  ['netkit/peer', 0, '{ interface: string | number }', '5.10'],
  ['netfilter', 1, "family: 'ipv4' | 'ipv6'", '6.4'],
  ['cgroup/connect4', 1, 'cgroup: string | number', '5.10'],
  ['cgroup/dev', 1, 'cgroup: string | number', '5.10'],
  ['cgroup/sock_create', 1, 'cgroup: string | number', '5.10'],
  ['cgroup/sysctl', 1, 'cgroup: string | number', '5.10'],
  ['cgroup/getsockopt', 1, 'cgroup: string | number', '5.10'],
  ['cgroup_skb/egress', 1, 'cgroup: string | number', '5.10'],
  ['cgroup/skb', 1, "direction: 'ingress' | 'egress'", '5.10'],
  ['sockops', 1, 'cgroup: string | number', '5.10'],
  ['sk_lookup', 1, 'netns: string | number', '5.10'],
  ['flow_dissector', 0, 'netns: string | number', '5.10'],
  ['sk_msg', 1, '{ map: KernelMap }', '5.10'],
  ['sk_skb/stream_verdict', 1, '{ map: KernelMap }', '5.10'],
  ['sk_skb/verdict', 1, '{ map: KernelMap }', '5.10'],
  ['socket', 0, '{ socket: number }', '5.10'],
  ['sk_reuseport', 1, '{ socket: number }', '5.10'],
];

/** Sections whose programs something else runs. */
const elsewhere: readonly (readonly [section: string, result: number, what: string])[] = [
  ['lwt_in', 0, 'a route'],
  ['lwt_xmit', 0, 'a route'],
  ['action', 0, 'an action of a tc filter'],
  ['xdp/devmap', 2, 'an entry of a devmap'],
  ['xdp/cpumap', 2, 'an entry of a cpumap'],
];

const load = (section: string, result: number) =>
  openObject(compileFixture('hook', [`SECTION="${section}"`, `RESULT=${result}`, 'BESIDE'])).load();

describe('a program without a target', () => {
  for (const [section, result, wants, since] of incomplete) {
    test.runIf(kernelSince(since))(`${section} is left alone, and says which target it wants`, () => {
      using loaded = load(section, result);
      const links = loaded.attach();
      expect(links.map(({ program }) => program)).toEqual(['beside']);
      expect(links.leftAlone).toEqual(
        ['counted', 'other'].map((program) => ({
          program,
          section,
          reason: expect.stringMatching(/^it wants a target: attach\(\{ .* \}\)$/),
        })),
      );
      expect(links.leftAlone[0]?.reason).toContain(wants);
      const before = loaded.globals.read('runs_beside') as bigint;
      execFileSync('true');
      expect(loaded.globals.read('runs_beside')).toBeGreaterThan(before);
      const program = loaded.program('counted');
      expect(() => program.attach()).toThrow(
        expect.objectContaining({
          code: 'INVALID_VALUE',
          message: `counted (${section}) cannot be attached without a target`,
          remedy: expect.stringContaining(wants),
        }),
      );
      for (const wrong of [{ nonsense: 1 }, 5, null, 'eth0']) {
        expect(() => program.attach(wrong as never)).toThrow(
          expect.objectContaining({ code: 'INVALID_VALUE', remedy: expect.stringContaining(wants) }),
        );
      }
      expect(program.attached).toBe(false);
    });
  }

  for (const [section, result, what] of elsewhere) {
    test(`${section} says what runs it`, () => {
      using loaded = load(section, result);
      expect(loaded.attach().leftAlone[0]?.reason).toContain(what);
      expect(() => loaded.program('counted').attach()).toThrow(
        expect.objectContaining({
          code: 'UNSUPPORTED',
          message: expect.stringContaining(what),
          remedy: expect.stringMatching(/^(Run: (ip|tc) |Store its descriptor)/),
        }),
      );
    });
  }

  const lirc = 20;
  const hasLirc = native().libbpf.libbpf_probe_bpf_prog_type(lirc, null) === 1;
  test(`lirc_mode2 ${hasLirc ? 'wants a device' : 'is a type that this kernel lacks'}`, () => {
    if (hasLirc) {
      using loaded = load('lirc_mode2', 0);
      expect(() => loaded.program('counted').attach({ device: '/dev/null' })).toThrow(
        expect.objectContaining({ code: 'ATTACH_FAILED', remedy: expect.stringContaining('/dev/lirc0') }),
      );
      return;
    }
    expect(() => load('lirc_mode2', 0)).toThrow(
      expect.objectContaining({
        code: 'UNSUPPORTED',
        message: expect.stringContaining(
          'counted (lirc_mode2): the kernel is built without programs of this type',
        ),
      }),
    );
  });

  test('the fields of a target are checked', () => {
    using loaded = load('uprobe', 0);
    const program = loaded.program('counted');
    for (const [target, fault] of [
      [{ path: '/bin/true', simbol: 'main' }, "there is no field 'simbol'"],
      [{ symbol: 'main' }, 'path is missing'],
      [{ path: '/bin/true', pid: -1 }, 'pid is -1, not number'],
      [{ path: '/bin/true', offset: 0.5 }, 'offset is 0.5, not number'],
      [{ path: '/bin/true', cookie: -1n }, 'cookie is -1n, not bigint | number'],
      [{ path: '/bin/true', retprobe: 1 }, 'retprobe is 1, not boolean'],
      [{ path: '' }, "path is '', not string"],
      [{ path: 'a\0b' }, 'not string'],
    ] as const) {
      expect(() => program.attach(target as never)).toThrow(
        expect.objectContaining({ code: 'INVALID_VALUE', message: expect.stringContaining(fault) }),
      );
    }
  });
});
