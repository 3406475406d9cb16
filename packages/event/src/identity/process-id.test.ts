import { createHash } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { jsonLine } from '../json/json-line.js';
import { fakeRecord } from '../testing.js';
import { EventDecoder } from '../view/decoder.js';
import type { Event, EventKind, EventLine } from '../view/types.js';
import { processId } from './process-id.js';

const bootId = '0f5a9ba8-7a8b-4b6d-8d5e-0f5a9ba87a8b';
const shell = { tgid: 10, tid: 10, ppid: 1, startTimeNs: 2n ** 60n, comm: 'sh' } as const;
const child = {
  tgid: 11,
  tid: 11,
  ppid: 10,
  startTimeNs: 2n ** 60n + 5n,
  comm: 'ls',
  parentStartTimeNs: shell.startTimeNs,
} as const;
const fork = { ...shell, childTgid: 11, childTid: 11, childStartTimeNs: child.startTimeNs } as const;
const idOf = ({ tgid, startTimeNs }: typeof shell | typeof child) => processId(bootId, tgid, startTimeNs);

function lines(decoder: EventDecoder, ...records: readonly (readonly [EventKind, object])[]): EventLine[] {
  return records.map(([kind, fields]) => {
    const event = decoder.decode(fakeRecord(kind, fields)) as Event;
    const line = jsonLine(event);
    expect(line).toBe(JSON.stringify(event));
    const { processId: own, parentProcessId: parent } = JSON.parse(line) as EventLine;
    expect([event.processId, event.parentProcessId]).toEqual([own, parent]);
    return JSON.parse(line) as EventLine;
  });
}

describe('processId', () => {
  it('is the beginning of the SHA-256 of boot id, process id and start time', () => {
    const sum = createHash('sha256').update(`${bootId}:10:1152921504606846976`).digest('hex');
    expect(idOf(shell)).toBe(sum.slice(0, 16));
  });

  it('differs with each of them', () => {
    const ids = [bootId, `${bootId.slice(0, -1)}0`].flatMap((boot) =>
      [1, 2, 11].flatMap((tgid) => [1n, 2n, 11n].map((start) => processId(boot, tgid, start))),
    );
    expect(new Set(ids).size).toBe(18);
  });

  it('is on the lines and the events of a process, of its child and of its parent', () => {
    const found = lines(
      new EventDecoder({ context: { bootId } }),
      ['fork', fork],
      ['open', child],
      ['exec', { ...child, ppid: 0 }],
    );
    const own = { processId: idOf(child) };
    const whole = { ...own, parentProcessId: idOf(shell) };
    expect(found[0]!.data).toMatchObject({ childTgid: 11, childProcessId: idOf(child) });
    expect(found.map(({ processId, parentProcessId }) => ({ processId, parentProcessId }))).toEqual([
      { processId: idOf(shell) },
      whole,
      own,
    ]);
  });

  it('is the id of the target of a signal, if there is one', () => {
    const target = { targetTgid: 11, targetStartTimeNs: child.startTimeNs };
    const [sent, failed] = lines(
      new EventDecoder({ context: { bootId } }),
      ['kill', { ...shell, ...target }],
      ['kill', shell],
    );
    expect(sent!.data).toMatchObject({ targetProcessId: idOf(child) });
    expect(failed!.data).not.toHaveProperty('targetProcessId');
  });

  it('is left out without a boot id', () => {
    const [forked, opened] = lines(new EventDecoder(), ['fork', fork], ['open', child]);
    expect(opened).not.toHaveProperty('processId');
    expect(opened).not.toHaveProperty('parentProcessId');
    expect(forked!.data).not.toHaveProperty('childProcessId');
  });

  it('does not change an event that is being read while another is decoded', () => {
    const decoder = new EventDecoder({ context: { bootId }, checkLifetime: false });
    const record = fakeRecord('fork', fork);
    const u8 = new Uint8Array((record.length + 7) & ~7);
    u8.set(record);
    const data = { u8, u32: new Uint32Array(u8.buffer), view: new DataView(u8.buffer) };
    let seen = 0;
    decoder.handler((event) => {
      decoder.decode(fakeRecord('fork', { ...child, childTgid: 12, childTid: 12 }));
      if (event.kind === 'fork') seen = event.tgid;
    })(data, 0, record.length);
    expect(seen).toBe(10);
  });
});
