import { trace } from '@spoor/tracer';
import { packaged } from '../packaged.js';
import { startGreeter } from './greeter.js';
import { type Guide, tourEvents } from './guide.js';

/**
 * Follows the script of the tour.
 *
 * @throws SpoorError where this machine cannot trace: before anything is shown
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
      'A small command, followed',
      'A shell script lists files, resolves a name, opens a connection on loopback, and fails. Nothing else on this',
      'machine is shown, and nothing of it can be missed: the script waits until the tracer watches.',
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
