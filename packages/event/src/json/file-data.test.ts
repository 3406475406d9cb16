import { expect, it } from 'vitest';
import { dataOf } from '../../test/data-of.js';

it('symlink', () => {
  expect(dataOf('symlink', { target: '../b', path: 'a', directory: '/tmp' })).toEqual({
    target: '../b',
    path: 'a',
    directory: '/tmp',
  });
  expect(dataOf('symlink', { target: '', path: '/a', directory: '/jail', result: -2 })).toEqual({
    target: '',
    path: '/a',
    root: '/jail',
    error: 'ENOENT',
  });
});

it.each([
  [1, 'fifo'],
  [4, 'directory'],
  [8, 'regular'],
  [10, 'symlink'],
  [12, 'socket'],
  [7, '7'],
])('mknod of type %i', (type, name) => {
  expect(dataOf('mknod', { path: '/a', type, mode: 0o640 })).toEqual({
    path: '/a',
    type: name,
    mode: '0640',
  });
});

it.each([
  [2, 'character'],
  [6, 'block'],
])('mknod of a device of type %i', (type, name) => {
  expect(dataOf('mknod', { path: '/a', type, deviceNumber: (1 << 20) | 3, result: -1 })).toEqual({
    path: '/a',
    type: name,
    mode: '0000',
    deviceNumber: '1:3',
    error: 'EPERM',
  });
});

it('namespace', () => {
  const ids = {
    cgroupNamespace: 1,
    ipcNamespace: 2,
    mntNamespace: 3,
    netNamespace: 4,
    pidNamespace: 5,
    timeNamespace: 6,
    userNamespace: 7,
    utsNamespace: 4026531838,
  };
  expect(dataOf('namespace', { call: 1, flags: 0x02020080, ...ids })).toEqual({
    call: 'unshare',
    flags: 'CLONE_NEWTIME|CLONE_NEWNS|CLONE_NEWCGROUP',
    ...ids,
  });
  expect(dataOf('namespace', { call: 0, fd: 3, flags: 0x40000000, result: -22 })).toEqual({
    call: 'setns',
    fd: 3,
    flags: 'CLONE_NEWNET',
    error: 'EINVAL',
  });
  expect(dataOf('namespace', { call: 2, path: '/jail', device: 8 << 20, inode: 5n })).toEqual({
    call: 'chroot',
    path: '/jail',
    device: '8:0',
    inode: '5',
  });
  expect(dataOf('namespace', { call: 3, path: '.', putOld: 'old' })).toEqual({
    call: 'pivot_root',
    path: '.',
    putOld: 'old',
  });
  expect(dataOf('namespace', { call: 4, path: 'm', directory: '/d', umountFlags: 10, result: -2 })).toEqual({
    call: 'umount',
    path: 'm',
    directory: '/d',
    umountFlags: 'MNT_DETACH|UMOUNT_NOFOLLOW',
    error: 'ENOENT',
  });
});

it('truncate', () => {
  expect(dataOf('truncate', { path: 'f', directory: '/d', length: -1n, result: -22 })).toEqual({
    path: 'f',
    directory: '/d',
    length: '-1',
    error: 'EINVAL',
  });
  expect(dataOf('truncate', { path: '/f', length: 2n ** 62n, device: 8 << 20, inode: 5n })).toEqual({
    path: '/f',
    length: '4611686018427387904',
    device: '8:0',
    inode: '5',
  });
});

it('setxattr', () => {
  const file = { attribute: 'user.a', path: '/f' };
  expect(dataOf('setxattr', { call: 1, ...file, flags: 0x100, xattrFlags: 3, valueSize: 9n })).toEqual({
    call: 'lsetxattr',
    ...file,
    valueSize: '9',
    xattrFlags: 'XATTR_CREATE|XATTR_REPLACE',
    flags: 'AT_SYMLINK_NOFOLLOW',
  });
  expect(dataOf('setxattr', { call: 6, ...file, inode: 5n, result: -61 })).toEqual({
    call: 'fremovexattr',
    ...file,
    device: '0:0',
    inode: '5',
    error: 'ENODATA',
  });
});

it('map-exec', () => {
  const mapping = { address: 0x7000n, length: 4096n };
  const shown = { address: '0x7000', length: '4096' };
  expect(
    dataOf('map-exec', {
      ...mapping,
      path: '/l.so',
      inode: 5n,
      device: 8 << 20,
      protection: 5,
      flags: 0x100022,
    }),
  ).toEqual({
    call: 'mmap',
    memory: 'file',
    path: '/l.so',
    device: '8:0',
    inode: '5',
    protection: 'PROT_READ|PROT_EXEC',
    flags: 'MAP_PRIVATE|MAP_ANONYMOUS|MAP_FIXED_NOREPLACE',
    writable: false,
    ...shown,
  });
  expect(
    dataOf('map-exec', { ...mapping, call: 3, memory: 4, shmFlags: 0x9000, isWritable: 1, result: -13 }),
  ).toEqual({
    call: 'shmat',
    memory: 'unknown',
    shmFlags: 'SHM_RDONLY|SHM_EXEC',
    writable: true,
    ...shown,
    error: 'EACCES',
  });
});
