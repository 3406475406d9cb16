import { expect, it } from 'vitest';
import { dataOf } from '../../test/data-of.js';

const sent = { outcome: 'delivered', action: 'default', receiver: 'thread' };

it.each([
  [11, 0x000b_0002, 'SIGSEGV', 'SEGV_ACCERR'],
  [8, 0x0008_0001, 'SIGFPE', 'FPE_INTDIV'],
  [8, 0x0008_000e, 'SIGFPE', 'FPE_FLTUNK'],
  [7, 0x0007_0063, 'SIGBUS', '99'],
  [5, 0x0080, 'SIGTRAP', 'SI_KERNEL'],
  [13, 0, 'SIGPIPE', 'SI_USER'],
  [14, 0xfffe, 'SIGALRM', 'SI_TIMER'],
  [37, 0xff00, 'SIGRT5', '-256'],
])('signal %i with the code %i', (signal, code, name, codeName) => {
  expect(dataOf('signal', { signal, code, syscall: -1 })).toEqual({ signal: name, code: codeName, ...sent });
});

it('signal: a fault has an address, also 0', () => {
  const fault = { signal: 11, code: 0x000b_0001, hasAddress: 1, syscall: -1, outcome: 5, action: 2 };
  expect(dataOf('signal', { ...fault, address: 0n })).toEqual({
    signal: 'SIGSEGV',
    code: 'SEGV_MAPERR',
    address: '0x0',
    outcome: 'blocked',
    action: 'handler',
    receiver: 'thread',
  });
});

it('signal: the OOM kill has the sizes of the process', () => {
  expect(
    dataOf('signal', {
      signal: 9,
      code: 0x80,
      receiver: 1,
      syscall: -1,
      oomKill: 1,
      oomScoreAdj: -1000,
      totalVmBytes: 4096n,
    }),
  ).toEqual({
    signal: 'SIGKILL',
    code: 'SI_KERNEL',
    ...sent,
    receiver: 'process',
    oomKill: true,
    totalVmBytes: '4096',
    anonRssBytes: '0',
    fileRssBytes: '0',
    shmemRssBytes: '0',
    oomScoreAdj: -1000,
  });
});

it('signal: seccomp names the call', () => {
  expect(dataOf('signal', { signal: 31, code: 0x001f_0001, syscall: 0 })).toEqual({
    signal: 'SIGSYS',
    code: 'SYS_SECCOMP',
    ...sent,
    syscall: 0,
  });
});
