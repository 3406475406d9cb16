import { maps } from '@spoor/bpf';
import { describe, expect, it } from 'vitest';
import { checkRingSize, defaultProcessMapSize, defaultRingSizes, mapEntryBytes } from './sizing.js';

const valueSize = maps.proc_info.value.layout.size;

describe('defaultProcessMapSize', () => {
  it.each([
    [{ possibleCpus: 2, processes: 100 }, 1024],
    [{ possibleCpus: 2, processes: 1000 }, 4096],
    [{ possibleCpus: 96, processes: 100 }, 32_768],
    [{ possibleCpus: 96, processes: 9000 }, 65_536],
    [{ possibleCpus: 512, processes: 100 }, 131_072],
  ])('%o: %i', (machine, entries) => {
    expect(defaultProcessMapSize(machine, valueSize)).toBe(entries);
  });

  it('stays within the budget with four million processes', () => {
    const entries = defaultProcessMapSize({ possibleCpus: 512, processes: 4_194_304 }, valueSize);
    expect(entries * mapEntryBytes(valueSize)).toBeLessThanOrEqual(64 * 1024 * 1024);
    expect(2 * entries * mapEntryBytes(valueSize)).toBeGreaterThan(64 * 1024 * 1024);
  });
});

describe('defaultRingSizes', () => {
  it.each([
    [1, 1, 4],
    [2, 1, 4],
    [6, 4, 16],
    [96, 16, 64],
    [8192, 16, 64],
  ])('%i CPUs: %i and %i MiB', (cpus, lifecycle, activity) => {
    expect(defaultRingSizes(cpus)).toEqual({ lifecycle: lifecycle * 2 ** 20, activity: activity * 2 ** 20 });
  });
});

describe('checkRingSize', () => {
  it.each([0, -4096, 4095, 12_288, 2048, 1.5, 2 ** 31, Number.NaN])('rejects %d', (size) => {
    expect(() => checkRingSize('activity', size, 4096)).toThrow(
      expect.objectContaining({
        code: 'RING_SIZE',
        message: `invalid size of the ring activity: ${size} bytes`,
      }),
    );
  });

  it('accepts powers of two from one page on', () => {
    expect(checkRingSize('activity', 65_536, 65_536)).toBe(65_536);
    expect(() => checkRingSize('activity', 4096, 65_536)).toThrow(
      expect.objectContaining({ code: 'RING_SIZE' }),
    );
  });
});
