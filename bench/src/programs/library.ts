/**
 * The library in ten lines: a program of its own, to be measured from its start to its first event.
 */
import process from 'node:process';
import { trace } from '@spoor/tracer';

const tracer = await trace({
  command: ['sleep', '1000'],
  spawn: { stdio: 'ignore' },
  events: ['exec'],
  tuning: { replaceable: false },
});
await tracer.each((event) => {
  if (event.kind === 'exec') process.stdout.write(`${event.filename}\n`);
});
