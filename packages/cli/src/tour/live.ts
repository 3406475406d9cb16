import { trace } from '@spoor/tracer';
import { packaged } from '../packaged.js';
import { startGreeter } from './greeter.js';
import { type Guide, tourEvents } from './guide.js';

/**
 * Traces the script of the tour.
 *
 * @throws {SpoorError} when this machine cannot trace; nothing is printed then
 */
export async function liveTour(guide: Guide): Promise<void> {
  const greeter = await startGreeter();
  try {
    const tracer = await trace({
      command: ['sh', 'tour.sh', process.execPath, String(greeter.port)],
      spawn: { cwd: packaged('tour/'), stdio: 'ignore' },
      events: tourEvents,
      tuning: { replaceable: false, measurePrograms: true },
    });
    guide.say(
      'Tracing a small command',
      'A shell script lists files, resolves a name, opens a connection on loopback, and fails. The script waits',
      'until the tracer is attached, so no event of it is missed. Other processes are not shown.',
    );
    guide.beginTable();
    for await (const event of tracer) guide.event(event);
    guide.endTable();
    guide.tree(tracer.processes);
    guide.statistics(tracer.stats());
  } finally {
    greeter.close();
  }
}
