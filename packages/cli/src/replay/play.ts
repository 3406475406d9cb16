import { type Event, paced, type Recording } from '@spoor/event';
import type { ProcessTree } from '@spoor/tracer';
import { type Drops, DropTotals } from '../output/drops.js';
import type { EventWriter } from '../output/event-writer.js';
import type { Printable } from '../output/renderer.js';
import type { Progress } from './progress.js';
import type { ReplayScopes } from './replay-scopes.js';

export interface Play {
  readonly recording: Recording;
  readonly writer: EventWriter;
  /** The tree of processes to fill; undefined if it is not shown. */
  readonly processes: ProcessTree | undefined;
  /** Which events are shown, and under which names of scopes; undefined: all, under those of the recording. */
  readonly scopes: ReplayScopes | undefined;
  /** How many times as fast as it happened; infinite for as fast as it goes. */
  readonly speed: number;
  readonly progress: Progress | undefined;
  /** Whether to go on. */
  readonly goesOn: () => boolean;
}

/** Shows a recording from its beginning to its end. Resolves to what was dropped when it was made. */
export async function play(parts: Play): Promise<Drops> {
  const { recording, writer, processes, speed, progress, goesOn } = parts;
  const dropped = new DropTotals();
  writer.begin();
  const items = speed === Number.POSITIVE_INFINITY ? recording : paced(recording, { speed });
  for await (const item of items) {
    if (!goesOn()) break;
    progress?.at(recording.position);
    if (item.kind === 'drops') dropped.add(item.drops);
    if ('tgid' in item) {
      const names = parts.scopes?.judge(item);
      if (names?.length === 0) continue;
      processes?.add(item);
      writer.write(names === undefined ? item : under(item, names));
    } else {
      writer.write(item);
    }
    const pause = writer.pause();
    if (pause !== undefined) await pause;
  }
  writer.end();
  progress?.done();
  return dropped.drops;
}

/** An event under the names of other scopes; `scopes` stays as the recording has it. */
function under(event: Event, scopes: readonly string[]): Printable {
  return {
    kind: event.kind,
    scopes: event.scopes,
    toJSON: () => ({ ...event.toJSON(), scopes: [...scopes] }),
  };
}
