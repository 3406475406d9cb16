import { describe, expect, it } from 'vitest';
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

describe('privileged', () => {
  const none = { seconds: -1n };
  const operation = (group: number, number: number) => group * 0x10000 + number;
  const errno = { result: -22 };

  it.each([
    [
      { operation: 4, value: 0 },
      { operation: 'PR_SET_DUMPABLE', value: 0 },
    ],
    [
      { operation: 0x59616d61, value: -1 },
      { operation: 'PR_SET_PTRACER', value: -1 },
    ],
    [
      { operation: 24, value: 21 },
      { operation: 'PR_CAPBSET_DROP', capability: 'CAP_SYS_ADMIN' },
    ],
    [
      { operation: 28, value: 0x5001 },
      { operation: 'PR_SET_SECUREBITS', secureBits: 'SECBIT_NOROOT|0x5000' },
    ],
    [
      { operation: operation(47, 2), value: 99 },
      { operation: 'PR_CAP_AMBIENT_RAISE', capability: '99' },
    ],
    [
      { operation: operation(35, 13), path: '/x' },
      { operation: 'PR_SET_MM_EXE_FILE', path: '/x' },
    ],
  ])('prctl %o', (fields, shown) => {
    expect(dataOf('privileged', { ...none, call: 0, ...fields })).toEqual({ call: 'prctl', ...shown });
    expect(dataOf('privileged', { ...none, ...errno, call: 0, ...fields })).toEqual({
      call: 'prctl',
      ...shown,
      error: 'EINVAL',
    });
  });

  it('keys', () => {
    const read = { ...none, call: 2, operation: operation(1, 11), value: -3, result: 6 };
    expect(dataOf('privileged', read)).toEqual({
      call: 'keyctl',
      operation: 'KEYCTL_READ',
      key: -3,
      result: 6,
    });
    const joined = { ...none, call: 2, operation: operation(1, 1), value: 12345, result: 7 };
    expect(dataOf('privileged', joined)).not.toHaveProperty('key');
    expect(
      dataOf('privileged', { ...none, call: 3, keyType: 'user', name: '', value: -2, result: 8 }),
    ).toEqual({
      call: 'add_key',
      keyType: 'user',
      name: '',
      keyring: -2,
      result: 8,
    });
  });

  it('other calls', () => {
    const { call, ...perf } = { call: 5, pid: -1, perfCpu: 2, perfType: 2, config: 255n, flags: 9 };
    expect(dataOf('privileged', { ...none, call, ...perf, result: 4 })).toEqual({
      call: 'perf_event_open',
      pid: -1,
      perfCpu: 2,
      perfType: 'tracepoint',
      config: '0xff',
      flags: 'PERF_FLAG_FD_NO_GROUP|PERF_FLAG_FD_CLOEXEC',
      result: 4,
    });
    expect(dataOf('privileged', { ...none, call: 7, name: 'm', flags: 0x200 })).toEqual({
      call: 'delete_module',
      name: 'm',
      flags: 'O_TRUNC',
    });
    expect(
      dataOf('privileged', { ...none, ...errno, call: 8, path: 'x', directory: '/d', flags: 0x8001 }),
    ).toEqual({
      call: 'swapon',
      path: 'x',
      directory: '/d',
      flags: 'SWAP_FLAG_PREFER|0x1',
      error: 'EINVAL',
    });
    expect(dataOf('privileged', { ...none, call: 10, operation: operation(3, 0xfedc) })).toEqual({
      call: 'reboot',
      operation: 'LINUX_REBOOT_CMD_POWER_OFF',
    });
    expect(dataOf('privileged', { call: 13, value: 0, seconds: 2n ** 40n })).toEqual({
      call: 'clock_settime',
      clock: 'CLOCK_REALTIME',
      seconds: '1099511627776',
    });
    expect(dataOf('privileged', { ...none, call: 14, flags: 0x8001, result: 5 })).toEqual({
      call: 'adjtimex',
      flags: 'ADJ_OFFSET_SINGLESHOT',
    });
    expect(dataOf('privileged', { ...none, call: 99 })).toMatchObject({ call: '99' });
  });
});
