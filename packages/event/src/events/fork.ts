import { present, schemas } from './presentation.js';

export const fork = present({
  kind: 'fork',
  summary: 'A process or a thread was started.',
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
