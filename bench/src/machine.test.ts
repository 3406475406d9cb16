import { expect, test } from 'vitest';
import { describeMachine, isVirtual } from './machine.js';

test('a virtual machine says so in its flags', () => {
  expect(isVirtual('processor : 0\nflags\t\t: fpu vme hypervisor lahf_lm\n')).toBe(true);
  expect(isVirtual('processor : 0\nmodel name : hypervisor\nflags\t\t: fpu vme\n')).toBe(false);
  expect(isVirtual('')).toBe(false);
});

test('this one is described', () => {
  const machine = describeMachine({ strace: '6.1' });
  expect(machine).toMatchObject({ node: process.versions.node, tools: { strace: '6.1' } });
  expect(machine.cpus).toBeGreaterThan(0);
  expect(machine.memory).toBeGreaterThan(0);
});
