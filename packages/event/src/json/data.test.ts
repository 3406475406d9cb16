import { expect, it } from 'vitest';
import { dataOf as data } from '../../test/data-of.js';

const v4 = (...bytes: number[]) => Uint8Array.of(...bytes, ...new Uint8Array(12));
const none = 0xffffffff;
const target = { targetTgid: 50, targetStartTimeNs: 9n, targetComm: 'victim' };
const targetShown = { targetTgid: 50, targetStartTimeNs: '9', targetComm: 'victim' };

it('unlink', () => {
  expect(data('unlink', { path: 'a\n', directory: '/tmp' })).toEqual({ path: 'a\n', directory: '/tmp' });
  expect(data('unlink', { path: '/a', flags: 0x200, result: -20 })).toEqual({
    path: '/a',
    flags: 'AT_REMOVEDIR',
    error: 'ENOTDIR',
  });
  expect(data('unlink', { path: '', directory: '', fullLengths: { path: 1, directory: 5 } })).toEqual({
    path: '',
    pathTruncated: true,
    directory: '',
    directoryTruncated: true,
  });
});

it('the root of an absolute name, where it is not the tracer’s', () => {
  const root = { path: '/a', directory: '/jail' };
  for (const kind of ['unlink', 'mkdir', 'chmod', 'chown', 'open'] as const) {
    expect(data(kind, root)).toMatchObject({ path: '/a', root: '/jail' });
    expect(data(kind, root)).not.toHaveProperty('directory');
  }
  expect(data('exec-failed', { filename: '/a', directory: '/jail', result: -2 })).toMatchObject({
    root: '/jail',
  });
  expect(data('rename', { ...root, newPath: '/b', newDirectory: '/jail' })).toEqual({
    path: '/a',
    root: '/jail',
    newPath: '/b',
    newRoot: '/jail',
  });
});

it('rename', () => {
  const fields = { path: 'a', directory: '/d', newPath: '/b' };
  expect(data('rename', { ...fields, flags: 3 })).toEqual({
    ...fields,
    flags: 'RENAME_NOREPLACE|RENAME_EXCHANGE',
  });
  expect(data('rename', { path: '/a', newPath: 'b', newDirectory: '/e', result: -18 })).toEqual({
    path: '/a',
    newPath: 'b',
    newDirectory: '/e',
    error: 'EXDEV',
  });
});

it('mkdir', () => {
  expect(data('mkdir', { path: '/d', mode: 0o755 })).toEqual({ path: '/d', mode: '0755' });
  expect(data('mkdir', { path: 'd', mode: 0o1777, result: -17 })).toEqual({
    path: 'd',
    mode: '1777',
    error: 'EEXIST',
  });
});

it('chmod', () => {
  expect(data('chmod', { path: '/f', mode: 0, inode: 7n, device: 8 << 20 })).toEqual({
    path: '/f',
    mode: '0000',
    device: '8:0',
    inode: '7',
  });
  expect(data('chmod', { path: 'f', mode: 0o4755, flags: 0x100 })).toEqual({
    path: 'f',
    mode: '4755',
    flags: 'AT_SYMLINK_NOFOLLOW',
  });
});

it('chown', () => {
  expect(data('chown', { path: '/f', owner: 0, group: none })).toEqual({ path: '/f', owner: 0 });
  expect(data('chown', { path: '/f', owner: none, group: 5, result: -1, inode: 3n })).toEqual({
    path: '/f',
    group: 5,
    device: '0:0',
    inode: '3',
    error: 'EPERM',
  });
});

it('bind', () => {
  expect(data('bind', { fd: 3, family: 2, address: v4(127, 0, 0, 1), port: 80 })).toEqual({
    fd: 3,
    family: 'inet',
    address: '127.0.0.1',
    port: 80,
  });
  expect(data('bind', { fd: 3, family: 1, path: '/run/s', result: -98 })).toEqual({
    fd: 3,
    family: 'unix',
    address: '/run/s',
    error: 'EADDRINUSE',
  });
  expect(data('bind', { fd: 3, family: 1 })).toEqual({ fd: 3, family: 'unix' });
});

it('listen', () => {
  expect(data('listen', { fd: 4, family: 10, port: 1, backlog: -1 })).toEqual({
    fd: 4,
    family: 'inet6',
    address: '::',
    port: 1,
    backlog: -1,
  });
});

it('accept', () => {
  const fields = {
    fd: 4,
    family: 2,
    address: v4(10, 0, 0, 1),
    port: 5,
    localAddress: v4(10, 0, 0, 2),
    localPort: 80,
  };
  const local = { localAddress: '10.0.0.2', localPort: 80 };
  expect(data('accept', { ...fields, result: 6 })).toEqual({
    listenFd: 4,
    fd: 6,
    family: 'inet',
    address: '10.0.0.1',
    port: 5,
    ...local,
  });
  expect(data('accept', { ...fields, result: -11 })).toEqual({
    listenFd: 4,
    family: 'inet',
    ...local,
    error: 'EAGAIN',
  });
  expect(data('accept', { fd: 4, result: 6, family: 1, path: '@x' })).toEqual({
    listenFd: 4,
    fd: 6,
    family: 'unix',
    address: '@x',
  });
});

it('kill', () => {
  expect(data('kill', { call: 0, pid: -5, signal: 9, ...target })).toEqual({
    signal: 'SIGKILL',
    call: 'kill',
    pid: -5,
    ...targetShown,
  });
  expect(data('kill', { call: 5, pid: 3, signal: 0, result: -3 })).toEqual({
    signal: null,
    call: 'pidfd_send_signal',
    pidfd: 3,
    error: 'ESRCH',
  });
  expect(data('kill', { call: 2, pid: 51, signal: 34, ...target, targetTid: 51 })).toMatchObject({
    targetTid: 51,
  });
  expect(data('kill', { call: 99 })).toMatchObject({ call: '99' });
});

it('ptrace', () => {
  expect(
    data('ptrace', { request: 16, pid: 50, address: 2n ** 64n - 1n, data: 1n, ...target, targetTid: 50 }),
  ).toEqual({
    request: 'PTRACE_ATTACH',
    pid: 50,
    address: '0xffffffffffffffff',
    data: '0x1',
    ...targetShown,
    targetTid: 50,
  });
  expect(data('ptrace', { request: 0x4206 })).toMatchObject({ request: 'PTRACE_SEIZE' });
  expect(data('ptrace', { request: 12 })).toMatchObject({ request: 'PTRACE_GETREGS' });
  expect(data('ptrace', { request: 12 }, 'arm64')).toMatchObject({ request: '12' });
});

it('setuid and setgid', () => {
  const ids = { realUid: 1, effectiveUid: 2, savedUid: 3, filesystemUid: 4 };
  const shown = { real: 1, effective: 2, saved: 3, filesystem: 4 };
  expect(data('setuid', { call: 2, requested: [0, none, 5], ...ids, result: -1 })).toEqual({
    call: 'setresuid',
    requested: [0, null, 5],
    ...shown,
    error: 'EPERM',
  });
  expect(data('setuid', { call: 0, requested: [7, none, none] })).toMatchObject({
    call: 'setuid',
    requested: [7],
  });
  expect(data('setgid', { call: 1, requested: [7, 8, none] })).toMatchObject({
    call: 'setregid',
    requested: [7, 8],
  });
  expect(data('setgid', { call: 3, requested: [7, none, none] })).toMatchObject({ call: 'setfsgid' });
});

it('capset', () => {
  const after = { effective: 1n, permitted: 1n << 40n, inheritable: 1n << 63n };
  const shown = { effective: ['CAP_CHOWN'], permitted: ['CAP_CHECKPOINT_RESTORE'], inheritable: ['CAP_63'] };
  expect(data('capset', after)).toEqual(shown);
  expect(data('capset', { ...after, result: -1, requestedEffective: 1n << 21n })).toEqual({
    ...shown,
    requested: { effective: ['CAP_SYS_ADMIN'], permitted: [], inheritable: [] },
    error: 'EPERM',
  });
});

it('mount', () => {
  expect(data('mount', { path: '/m', source: 'none', type: 'tmpfs', flags: 0xc0ed0001 })).toEqual({
    call: 'mount',
    path: '/m',
    source: 'none',
    type: 'tmpfs',
    flags: 'MS_MGC_VAL|MS_RDONLY',
  });
  expect(data('mount', { call: 1, path: 'm', directory: '/', flags: 4, result: -22 })).toEqual({
    call: 'move_mount',
    path: 'm',
    directory: '/',
    flags: 'MOVE_MOUNT_F_EMPTY_PATH',
    error: 'EINVAL',
  });
});

it('module-load', () => {
  expect(data('module-load', { name: 'dummy', path: '/m.ko', parameters: 'n=1', flags: 2 })).toEqual({
    name: 'dummy',
    path: '/m.ko',
    parameters: 'n=1',
    flags: 'MODULE_INIT_IGNORE_VERMAGIC',
  });
  expect(data('module-load', { imageSize: 100n, result: -8 })).toEqual({
    imageSize: '100',
    error: 'ENOEXEC',
  });
});

it('bpf', () => {
  expect(data('bpf', { command: 5, result: 3, type: 17, id: 9, name: 'prog' })).toEqual({
    command: 'BPF_PROG_LOAD',
    result: 3,
    type: 'raw_tracepoint',
    id: 9,
    name: 'prog',
  });
  expect(data('bpf', { command: 0, result: -1, type: 9 })).toEqual({
    command: 'BPF_MAP_CREATE',
    type: 'lru_hash',
    name: '',
    error: 'EPERM',
  });
  expect(data('bpf', { command: 1 })).toEqual({ command: 'BPF_MAP_LOOKUP_ELEM', result: 0 });
  expect(data('bpf', { command: 999, result: -22 })).toEqual({ command: '999', error: 'EINVAL' });
});

it('io-uring', () => {
  expect(data('io-uring', { action: 0, result: 3, entries: 8, flags: 2 })).toEqual({
    fd: 3,
    entries: 8,
    flags: 'IORING_SETUP_SQPOLL',
  });
  expect(data('io-uring', { action: 1, operation: 18 })).toEqual({ operation: 'OPENAT' });
  expect(data('io-uring', { action: 1, operation: 200 })).toEqual({ operation: '200' });
});
