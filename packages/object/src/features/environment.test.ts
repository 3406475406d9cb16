import { expect, test } from 'vitest';
import { lacksNetAdmin, lockdownMode, missingCapabilities } from './environment.js';

test('the environment is read from what the kernel prints', () => {
  expect(lockdownMode('none [integrity] confidentiality\n')).toBe('integrity');
  expect(lockdownMode('')).toBeUndefined();
  const status = (mask: string) => `Name:\tnode\nCapPrm:\t0000000000000000\nCapEff:\t${mask}\nSeccomp:\t0\n`;
  expect(missingCapabilities(status('000001ffffffffff'))).toEqual([]);
  expect(missingCapabilities(status('0000000000200000'))).toEqual([]);
  expect(missingCapabilities(status('000000c000000000'))).toEqual([]);
  expect(missingCapabilities(status('0000008000000000'))).toEqual(['CAP_PERFMON']);
  expect(missingCapabilities(status('0000000000000000'))).toEqual(['CAP_PERFMON', 'CAP_BPF']);
  expect(missingCapabilities('')).toEqual([]);
  expect(lacksNetAdmin(status('0000000000001000'))).toBe(false);
  expect(lacksNetAdmin(status('0000000000200000'))).toBe(false);
  expect(lacksNetAdmin(status('000000c000000000'))).toBe(true);
  expect(lacksNetAdmin('')).toBe(false);
});
