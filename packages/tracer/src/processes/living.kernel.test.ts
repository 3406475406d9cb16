import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { expect, it } from 'vitest';
import { trace } from '../index.js';

it('adds processes that are older than the trace, and takes their events for theirs', async () => {
  const script = 'echo ready; read line; /bin/true; :';
  const shell = spawn('sh', ['-c', script], { cwd: '/', stdio: ['pipe', 'pipe', 'inherit'] });
  const tgid = shell.pid!;
  await once(shell.stdout, 'data');
  await using tracer = await trace({ scopes: [`tree=${tgid}`], events: ['exec', 'exit'] });
  const { processes } = tracer;
  processes.addLiving(tgid);
  expect(processes.living).toBe(1);
  const known = processes.get(tgid)!;
  expect(known).toMatchObject({ startIsExact: false, argv: ['sh', '-c', script], cwd: '/', comm: 'sh' });
  shell.stdin.end('\n');
  const ids = new Map<number, string | undefined>();
  await tracer.each((event) => {
    if (event.kind === 'malformed') return;
    ids.set(event.tgid, event.processId);
    if (event.kind === 'exit' && event.tgid === tgid) tracer.close();
  });
  expect(processes.get(tgid)).toBe(known);
  expect(known).toMatchObject({ startIsExact: true, processId: ids.get(tgid) });
  expect(known.exit?.durationNs).toBeGreaterThan(0n);
  const [child] = known.children;
  expect(child).toMatchObject({ argv: ['/bin/true'], cwd: '/', processId: ids.get(child!.tgid) });
  const spans = processes.spans(tracer.context.clockOffsetNs);
  expect(spans.map(({ id, parentId }) => [id, parentId])).toEqual([
    [known.processId, undefined],
    [child!.processId, known.processId],
  ]);
  expect(spans[0]!.startNs).toBe(known.startTimeNs + tracer.context.clockOffsetNs!);
});
