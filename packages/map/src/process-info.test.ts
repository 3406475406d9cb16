import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { compileCodec } from '@spoor/btf';
import { errorOf } from '@spoor/core/testing';
import { type ProcessFacts, readProcess } from '@spoor/proc';
import { describe, expect, it } from 'vitest';
import { expectBalanced, u32 } from '../test/states.js';
import { typedMap } from './map-view.js';
import { memoryMap } from './memory/memory-map.js';
import { processInfo } from './process-info.js';

interface Info {
  startTimeNs: bigint;
  inode: bigint;
}
const codec = compileCodec<Info>({
  kind: 'struct',
  name: 'info',
  size: 16,
  fields: [
    { name: 'start_time_ns', offset: 0, layout: { kind: 'int', size: 8, signed: false } },
    { name: 'inode', offset: 8, layout: { kind: 'int', size: 8, signed: false } },
  ],
});
const toRecord = ({ startTimeNs, executable }: ProcessFacts): Info => ({
  startTimeNs,
  inode: executable?.inode ?? 0n,
});

function make(build = toRecord) {
  const raw = memoryMap({ kind: 'lru_hash', keySize: 4, valueSize: 16, maxEntries: 16 });
  const map = typedMap(raw, { key: u32, value: codec });
  return {
    raw,
    map,
    info: processInfo(map, { toRecord: build, startTimeNs: (record) => record.startTimeNs }),
  };
}

describe.runIf(process.platform === 'linux')('processInfo', () => {
  const own = readProcess(process.pid)!;
  /** As the kernel would know it: some nanosecond within the tick. */
  const exact = own.startTimeNs + 1_234_567n;
  const record = { startTimeNs: exact, inode: own.executable!.inode };

  it('builds a record from /proc, stores it, and finds it again', () => {
    const { info, map } = make();
    expect(info.lookupOrInit(process.pid, exact)).toEqual({ outcome: 'created', value: record });
    expect(map.get(process.pid)).toEqual(record);
    expect(info.lookupOrInit(process.pid, exact)).toEqual({ outcome: 'hit', value: record });
    expectBalanced(info.counters);
  });

  it('accepts what the kernel knows when only the tick is known', () => {
    const { info, map } = make();
    map.set(process.pid, { startTimeNs: exact, inode: 5n });
    expect(info.lookupOrInit(process.pid)).toEqual({
      outcome: 'hit',
      value: { startTimeNs: exact, inode: 5n },
    });
  });

  it('does not store a start time that is rounded', () => {
    const { info, map } = make();
    const rounded = { startTimeNs: own.startTimeNs, inode: record.inode };
    expect(info.lookupOrInit(process.pid)).toEqual({ outcome: 'not-stored', value: rounded });
    expect(map.has(process.pid)).toBe(false);
  });

  it('replaces the record of a former owner of the tgid', () => {
    const { info, map } = make();
    map.set(process.pid, { startTimeNs: exact - 20_000_000n, inode: 5n });
    expect(info.lookupOrInit(process.pid, exact)).toEqual({ outcome: 'created', value: record });
    expect(info.counters).toMatchObject({ stale: 1, replaced: 1 });
    expect(map.get(process.pid)).toEqual(record);
  });

  it('refuses a process that started at another time, and leaves the map as it is', () => {
    const { info, map } = make();
    const error = errorOf(() => info.lookupOrInit(process.pid, exact + 10_000_000n));
    expect(error.code).toBe('IDENTITY_MISMATCH');
    expect(error.message).toContain('used again');
    expect(map.count()).toBe(0);
    expect(info.counters.failed).toBe(1);
  });

  it('has a process that is gone only as long as the map has it', async () => {
    const child = spawn(process.execPath, ['-e', 'process.stdin.resume()'], {
      stdio: ['pipe', 'ignore', 'ignore'],
    });
    const tgid = child.pid!;
    const start = readProcess(tgid)!.startTimeNs;
    const { info, map } = make();
    const { value } = info.lookupOrInit(tgid, start);
    child.kill('SIGKILL');
    await once(child, 'exit');
    expect(info.lookupOrInit(tgid, start)).toEqual({ outcome: 'hit', value });
    map.delete(tgid);
    expect(errorOf(() => info.lookupOrInit(tgid, start)).message).toBe(`process ${tgid} has exited`);
    expect(errorOf(() => info.lookupOrInit(tgid)).code).toBe('IDENTITY_MISMATCH');
  });

  it('passes on what toRecord throws, as the cause', () => {
    const cause = new Error('too long');
    const { info } = make(() => {
      throw cause;
    });
    expect(errorOf(() => info.lookupOrInit(process.pid, exact))).toMatchObject({
      code: 'INIT_FAILED',
      cause,
    });
  });
});
