import { expect, it } from 'vitest';
import { dataOf } from '../../test/data-of.js';

it('process-vm', () => {
  const target = { targetTgid: 50, targetComm: 'x', targetStartTimeNs: 12n };
  expect(dataOf('process-vm', { call: 0, pid: 5, result: 0, ...target })).toEqual({
    call: 'process_vm_readv',
    pid: 5,
    bytes: 0,
    targetTgid: 50,
    targetComm: 'x',
    targetStartTimeNs: '12',
  });
  expect(dataOf('process-vm', { call: 1, pid: -1, result: -3 })).toEqual({
    call: 'process_vm_writev',
    pid: -1,
    error: 'ESRCH',
  });
  expect(dataOf('process-vm', { call: 9 })).toMatchObject({ call: '9' });
});

it('socket', () => {
  expect(dataOf('socket', { result: 3, family: 16, type: 3, protocol: 9, flags: 0x80800 })).toEqual({
    fd: 3,
    family: 'netlink',
    type: 'raw',
    netlink: 'NETLINK_AUDIT',
    flags: 'SOCK_NONBLOCK|SOCK_CLOEXEC',
  });
  expect(dataOf('socket', { result: -1, family: 17, type: 10, protocol: 3, flags: 1 })).toEqual({
    family: 'packet',
    type: 'packet',
    protocol: 3,
    flags: '0x1',
    error: 'EPERM',
  });
  expect(dataOf('socket', { result: -97, family: 99, type: 15 })).toMatchObject({ family: '99', type: '15' });
});
