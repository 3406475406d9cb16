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
