import { present, schemas } from './presentation.js';

export const fork = present({
  kind: 'fork',
  summary: 'A process or a thread was started.',
  notes: [
    'tgid is the process that called. With CLONE_PARENT the new process is a child of the parent of that process: its ppid says ' +
      'so, while the tree draws it below the process that called.',
    'ppid in every event is the parent process now. A process whose parent has ended is reparented, to the nearest subreaper or to ' +
      'init, and has another ppid from then on. The tree keeps it below the process that started it.',
  ],
  schema: (t) =>
    t.Object({
      childTgid: schemas.u32(t, 'Process that was started; of a thread, its own process.'),
      childTid: schemas.u32(t, 'Thread that was started.'),
      childStartTimeNs: schemas.u64(
        t,
        'Start of the child process, CLOCK_BOOTTIME: with childTgid, its identity.',
      ),
    }),
  data: ({ childTgid, childTid, childStartTimeNs }) => ({
    childTgid,
    childTid,
    childStartTimeNs: String(childStartTimeNs),
  }),
});
