import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { type EventLine, jsonLine, processId } from '@spoor/event';
import { bootId } from '@spoor/proc';
import { expect, it } from 'vitest';
import { act } from '../../test/act.js';
import { trace } from '../index.js';

const script = '/bin/true; sh -c "/bin/true; :"; :';
const options = { command: ['sh', '-c', script], events: ['fork', 'exec', 'exit'] } as const;

function check(lines: readonly EventLine[]): void {
  const forks = lines.filter((line): line is EventLine<'fork'> => line.event === 'fork');
  const started = new Map(forks.map(({ data, processId }) => [data.childTgid, { data, processId }]));
  expect(started.size).toBe(3);
  const root = lines[0]!;
  expect(root.ppid).toBe(process.pid);
  for (const line of lines) {
    const { tgid, startTimeNs } = line;
    const { data, processId: parentProcessId = root.parentProcessId } = started.get(tgid) ?? {};
    expect(line.processId).toBe(processId(bootId()!, tgid, BigInt(startTimeNs)));
    expect(line.parentProcessId).toBe(parentProcessId);
    expect(data?.childProcessId).toBe(tgid === root.tgid ? undefined : line.processId);
  }
}

it('gives every line the ids of its process and of the parent', async () => {
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

it('has the id of the process that is the parent now', async () => {
  const { events, lines } = await act({
    kinds: ['fork', 'exec', 'exit'],
    everything: true,
    before: '#include <sys/prctl.h>',
    main: `
      int own = getpid();
      must(prctl(PR_SET_CHILD_SUBREAPER, 1));
      if (!must(fork())) {
        if (!must(fork())) {
          while (getppid() != own)
            usleep(1000);
          execl("/bin/true", "true", "orphan", NULL);
          exit(98);
        }
        exit(0);
      }
      must(wait(NULL));
      must(wait(NULL));`,
  });
  const [outer, inner] = lines.filter(({ event }) => event === 'fork');
  const own = events.find(({ kind }) => kind === 'fork')!;
  const orphan = lines.find(({ data }) => Array.isArray(data['argv']) && data['argv'][1] === 'orphan')!;
  expect(inner!.parentProcessId).toBe(outer!.processId);
  expect(orphan).toMatchObject({ ppid: own.tgid, parentProcessId: outer!.processId });
});

it('has the id of a parent that is older than the trace', async () => {
  const shell = spawn('sh', ['-c', 'echo ready; read line; /bin/true; :'], {
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  await once(shell.stdout, 'data');
  await using tracer = await trace({ scopes: [`tree=${shell.pid}`], events: ['exec', 'exit'] });
  shell.stdin.end('\n');
  const parents = new Set<string | undefined>();
  let own: string | undefined;
  await tracer.each((event) => {
    if (event.kind === 'malformed') return;
    if (event.tgid !== shell.pid) return void parents.add(event.parentProcessId);
    own = event.processId;
    if (event.kind === 'exit') tracer.close();
  });
  expect(own).toMatch(/^[0-9a-f]{16}$/);
  expect([...parents]).toEqual([own]);
});
