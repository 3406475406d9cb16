import { LineBuffer, marker } from '@spoor/event';
import { expect, it } from 'vitest';
import { inScopes, invented, plainOptions } from '../../test/lines.js';
import type { Printable, RendererOptions } from './renderer.js';
import { styleFor } from './style.js';
import { tableRenderer } from './table.js';

const header = { tgid: 1234, comm: 'node' };

const server = { family: 2, address: Uint8Array.of(127, 0, 0, 53, ...new Array(12).fill(0)), port: 53 };
/** An answer: a.test has the address 192.0.2.1. */
const found = Buffer.from(
  '0001818000010001000000000161047465737400000100010161047465737400000100010000003c0004c0000201',
  'hex',
);

/** Wraps a renderer so that its events return text. */
function table(options: RendererOptions) {
  const renderer = tableRenderer(options);
  const event = (shown: Printable) => {
    const out = new LineBuffer();
    renderer.event(shown, out);
    return out.toString();
  };
  return { ...renderer, event };
}

/** Returns a line without its time, process and name. */
const details = (line: string) => line.slice('  0.000000    1234 node            '.length);

it('aligns its columns, and shows the time since the first event', () => {
  const { begin, event } = table(plainOptions);
  const lines = [
    begin(),
    event(invented('exit', { ...header, timeNs: 5_000_000_000n, durationNs: 4_123_456n })),
    event(
      invented('exit', { tgid: 7, comm: 'a', timeNs: 6_500_000_000n, code: 1, durationNs: 61_000_000_000n }),
    ),
  ];
  expect(lines.join('')).toBe(
    [
      '      TIME     PID COMM            EVENT   DETAILS\n',
      '  0.000000    1234 node            exit    status 0, after 4.1 ms\n',
      '  1.500000       7 a               exit    status 1, after 1 min 1 s\n',
    ].join(''),
  );
});

it('shows the time of day on request', () => {
  const { event } = table({ ...plainOptions, time: 'wall' });
  const line = event(invented('fork', { ...header, timeNs: 123_000_000n, childTgid: 5, childTid: 5 }));
  expect(line).toMatch(/^\d\d:\d\d:\d\d\.123 /);
});

it.each([
  [invented('fork', { ...header, childTgid: 5, childTid: 5 }), 'fork    -> 5'],
  [invented('fork', { ...header, childTgid: 5, childTid: 6 }), 'fork    -> thread 6 of 5'],
  [
    invented('exec', { ...header, path: '/bin/sh', argv: ['sh', '-c', "echo 'x y'"], argc: 3 }),
    "exec    /bin/sh  sh -c 'echo '\\''x y'\\'''",
  ],
  [invented('exec', { ...header, path: '/bin/ls', argv: ['/bin/ls'], argc: 1 }), 'exec    /bin/ls'],
  [invented('exec', { ...header, path: '/bin/ls', argv: ['ls', ''], argc: 900 }), "exec    /bin/ls  ls '' …"],
  [
    invented('exec', { ...header, path: '/bin/ls', argv: ['ls'], argvTail: ['x', '-l'], argc: 900 }),
    'exec    /bin/ls  ls … x -l',
  ],
  [
    invented('exec-failed', { ...header, filename: './x\x1b', argv: ['./x', 'a b'], argc: 2, result: -2 }),
    "exec-failed ./x\\x1b  ./x 'a b'  ENOENT",
  ],
  [
    invented('exec-failed', { ...header, filename: './x', argv: ['./x'], argc: 1, result: -13 }),
    'exec-failed ./x  EACCES',
  ],
  [
    invented('exec', {
      ...header,
      path: '/su',
      argv: ['/su'],
      argc: 1,
      gained: 5,
      gainedCapabilities: 0xffn,
    }),
    'exec    /su  +euid 0 +8 capabilities',
  ],
  [
    invented('exec', {
      ...header,
      path: '/p',
      argv: ['/p'],
      argc: 1,
      gained: 4,
      gainedCapabilities: 1n << 13n,
    }),
    'exec    /p  +CAP_NET_RAW',
  ],
  [
    invented('exec', { ...header, path: '/p', argv: ['/p'], argc: 1, env: ['CI=a b', 'TOKEN'] }),
    "exec    /p  env 'CI=a b' TOKEN",
  ],
  [
    invented('exit', { ...header, signal: 9, coreDumped: 1, durationNs: 1n }),
    'exit    SIGKILL, core dumped, after 0.0 ms',
  ],
  [invented('open', { ...header, path: '/a b', flags: 0, result: 3n }), 'open    /a b  O_RDONLY -> 3'],
  [invented('open', { ...header, path: '/x\n', flags: 1, result: -2n }), 'open    /x\\n  O_WRONLY  ENOENT'],
  [
    invented('connect', {
      ...header,
      family: 2,
      address: Uint8Array.of(127, 0, 0, 1, ...new Array(12).fill(0)),
      port: 80,
    }),
    'connect 127.0.0.1:80',
  ],
  [
    invented('connect', {
      ...header,
      family: 10,
      address: Uint8Array.of(...new Array(15).fill(0), 1),
      port: 443,
      result: -111,
      outcome: -111,
    }),
    'connect [::1]:443  ECONNREFUSED',
  ],
  [
    invented('connect', { ...header, family: 1, path: '/run/b', result: -115, outcome: -115 }),
    'connect unix /run/b  EINPROGRESS  -> pending',
  ],
  [
    invented('connect', { ...header, family: 1, path: '/run/b', call: 1, outcome: 1 }),
    'connect unix /run/b  sendto',
  ],
  [invented('connect', { ...header, family: 1, path: '/run/a.sock' }), 'connect unix /run/a.sock'],
  [
    invented('symlink', { ...header, target: '../b\n', path: 'a', directory: '/d', result: -17 }),
    'symlink a  target=../b\\n  directory=/d  EEXIST',
  ],
  [
    invented('mknod', { ...header, path: '/dev/x', type: 2, mode: 0o600, deviceNumber: (1 << 20) | 3 }),
    'mknod   /dev/x  type=character  mode=0600  deviceNumber=1:3',
  ],
  [
    invented('namespace', { ...header, call: 1, flags: 0x20000, mntNamespace: 7, userNamespace: 8 }),
    'namespace call=unshare  flags=CLONE_NEWNS',
  ],
  [invented('truncate', { ...header, path: '/f', length: 5n, inode: 3n }), 'truncate /f  length=5'],
  [
    invented('setxattr', { ...header, call: 6, attribute: 'user.a', path: '/f', result: -61 }),
    'setxattr /f  call=fremovexattr  attribute=user.a  ENODATA',
  ],
  [
    invented('process-vm', { ...header, call: 1, pid: 7, result: 4, targetTgid: 8, targetComm: 'x' }),
    'process-vm call=process_vm_writev  pid=7  bytes=4  targetTgid=8  targetComm=x',
  ],
  [
    invented('socket', { ...header, result: 3, family: 16, type: 3, protocol: 9 }),
    'socket  netlink  fd=3  type=raw  netlink=NETLINK_AUDIT',
  ],
  [
    invented('map-exec', { ...header, path: '/l.so', protection: 5, flags: 2, address: 4096n, length: 8n }),
    'map-exec /l.so  call=mmap  memory=file  protection=PROT_READ|PROT_EXEC  flags=MAP_PRIVATE  writable=false  ' +
      'address=0x1000  length=8',
  ],
  [
    invented('signal', {
      ...header,
      signal: 11,
      code: 0x000b_0001,
      hasAddress: 1,
      address: 16n,
      syscall: -1,
    }),
    'signal  signal=SIGSEGV  code=SEGV_MAPERR  address=0x10  outcome=delivered  action=default  receiver=thread',
  ],
  [
    invented('privileged', { ...header, call: 2, operation: 0x1000b, value: 7, seconds: -1n, result: 6 }),
    'privileged call=keyctl  operation=KEYCTL_READ  key=7  result=6',
  ],
  [
    invented('dns', { ...header, ...server, latencyNs: 1_250_000n, message: found }),
    'dns     a.test A  A 192.0.2.1  127.0.0.53:53  after 1.3 ms',
  ],
  [
    invented('dns', { ...header, ...server, transport: 1, message: found.subarray(0, -1) }),
    'dns     a.test A  NOERROR malformed answer  tcp 127.0.0.53:53',
  ],
  [
    invented('dns', { ...header, ...server, message: Uint8Array.of(1) }),
    'dns     malformed header  127.0.0.53:53',
  ],
  [
    invented('mkdir', { ...header, path: '/new', mode: 0o755, result: -17 }),
    'mkdir   /new  mode=0755  EEXIST',
  ],
  [
    invented('open', { ...header, path: 'x', directory: '/tmp/y', result: -2n }),
    'open    x  directory=/tmp/y  O_RDONLY  ENOENT',
  ],
])('says what happened: %#', (event, text) => {
  expect(details(table(plainOptions).event(event)).trimEnd()).toBe(text);
});

it('shows the bytes of a name that is not text', () => {
  const line = table(plainOptions).event(
    invented('open', { ...header, path: Uint8Array.of(0x2f, 0x61, 0xff, 0x1b), result: 3n }),
  );
  expect(details(line)).toBe('open    /a\\xff\\x1b  O_RDONLY -> 3\n');
});

it('measures the lifetime of the command from its exec, and of other processes from their start', () => {
  const { event } = table({ ...plainOptions, kinds: ['exec', 'exit'] });
  const exec = (tgid: number, scope: string) => ({
    ...inScopes(invented('exec', { tgid, startTimeNs: 1_000_000_000n, timeNs: 3_000_000_000n }), [scope]),
  });
  const life = (tgid: number, startTimeNs = 1_000_000_000n) =>
    event(invented('exit', { tgid, startTimeNs, durationNs: 2_500_000_000n })).match(/after (.*)/)?.[1];
  event(exec(6, 'web'));
  event(exec(7, 'command'));
  event(exec(8, 'command'));
  expect([life(6), life(7), life(8)]).toEqual(['2.5 s', '500 ms', '2.5 s']);
  // A later process with the id of the command.
  expect(life(7, 9_000_000_000n)).toBe('2.5 s');
});

it('marks where events are missing', () => {
  const { event } = table(plainOptions);
  expect(event(marker({ kind: 'drops', timeNs: 1n, drops: { open: { 'ring-full': 1200 }, exec: {} } }))).toBe(
    '-- dropped about here: open 1,200 (ring-full) --\n',
  );
  expect(event(marker({ kind: 'gap', reason: 'a damaged block', position: 64n, records: 3 }))).toBe(
    '-- 3 records missing at 64: a damaged block --\n',
  );
});

it('colours only the failure in an event', () => {
  const style = styleFor(true, { TERM: 'xterm' });
  const { event } = table({ ...plainOptions, style });
  expect(event(invented('open', { ...header, path: '/x', result: -13n }))).toContain(
    '\x1b[31m/x  O_RDONLY  EACCES\x1b[0m',
  );
  expect(event(invented('open', { ...header, path: '/x', result: 3n }))).toContain(' /x  O_RDONLY -> 3\n');
});
