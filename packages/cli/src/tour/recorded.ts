import { openRecording } from '@spoor/event';
import { ProcessTree } from '@spoor/tracer';
import { counted } from '../output/text.js';
import { packaged } from '../packaged.js';
import type { Guide } from './guide.js';

/** A recording of a real run of the tour, made by `tour/record.mjs`. */
export const tourRecording = packaged('tour/tour.spoor');

/** Shows the recorded tour, for a machine that cannot trace. */
export async function recordedTour(guide: Guide): Promise<void> {
  const recording = await openRecording(tourRecording);
  try {
    const processes = new ProcessTree();
    const { kernel, architecture } = recording.header.facts;
    guide.say(
      'A RECORDING: a small command, traced on another machine',
      `This was recorded on Linux ${String(kernel)}, ${String(architecture)}, and comes from a file. A shell script lists files, resolves a name,`,
      'opens a connection on loopback, and fails.',
    );
    guide.beginTable();
    for await (const event of recording) {
      if ('tgid' in event) processes.add(event);
      if (event.kind !== 'fork') guide.event(event);
    }
    guide.endTable();
    guide.tree(processes);
    guide.say('The recording', `  It has ${counted(recording.records, 'record')}; none was dropped.`);
  } finally {
    await recording.close();
  }
}
