import { type EventLine, jsonLine, processId } from '@spoor/event';
import { bootId } from '@spoor/proc';
import { expect, it } from 'vitest';
import { trace } from '../index.js';

const script = '/bin/true; sh -c "/bin/true; :"; :';
const options = { command: ['sh', '-c', script], events: ['fork', 'exec', 'exit'] } as const;

function check(lines: readonly EventLine[]): void {
  const forks = lines.filter((line): line is EventLine<'fork'> => line.event === 'fork');
  const started = new Map(forks.map(({ data, processId }) => [data.childTgid, { data, processId }]));
  expect(started.size).toBe(3);
  const root = lines[0]!.tgid;
  for (const line of lines) {
    const { tgid, startTimeNs } = line;
    const { data, processId: parentProcessId } = started.get(tgid) ?? {};
    expect(line.processId).toBe(processId(bootId()!, tgid, BigInt(startTimeNs)));
    expect(line.parentProcessId).toBe(parentProcessId);
    expect(data?.childProcessId).toBe(tgid === root ? undefined : line.processId);
  }
}

it('gives every line the id of its process and, below the command, of the parent', async () => {
  await using tracer = await trace(options);
  const lines: EventLine[] = [];
  await tracer.each((event) => lines.push(JSON.parse(jsonLine(event)) as EventLine));
  check(lines);
});

it('has the ids on events that own their memory', async () => {
  await using tracer = await trace(options);
  const lines: EventLine[] = [];
  for await (const event of tracer) lines.push(JSON.parse(JSON.stringify(event)) as EventLine);
  check(lines);
});

it('knows the parent if only other events are asked for', async () => {
  await using tracer = await trace({ command: ['sh', '-c', '/bin/true; /bin/true; :'], events: ['exec'] });
  const found: (string | undefined)[] = [];
  let root: string | undefined;
  await tracer.each((event) => {
    if (event.kind === 'malformed') return;
    root ??= event.processId;
    found.push(event.parentProcessId);
  });
  expect(found).toEqual([undefined, root, root]);
});
