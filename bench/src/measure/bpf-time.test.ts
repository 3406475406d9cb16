import { expect, test } from 'vitest';
import { nsPerSyscallEvent } from './bpf-time.js';

test('leaves out calls that make no event', () => {
  // Ten events of 1,000 ns among a hundred calls, the rest of 50 ns each.
  expect(nsPerSyscallEvent({ ns: 10 * 1000 + 90 * 50, runs: 100 }, 10, 50)).toBe(1000);
});
