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
  /** The process tree to fill; undefined if it is not shown. */
  readonly processes: ProcessTree | undefined;
  /**
   * Selects the shown events and names their scopes; undefined shows all, with the recorded scope
   * names.
   */
  readonly scopes: ReplayScopes | undefined;
  /** The factor of the original speed; Infinity for no waits. */
  readonly speed: number;
  readonly progress: Progress | undefined;
  /** Returns false to stop. */
  readonly goesOn: () => boolean;
}

/**
 * Shows a recording from its beginning to its end.
 * @returns the drops during the recording
 */
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

/** An event with the names of other scopes; `scopes` stays as recorded. */
function under(event: Event, scopes: readonly string[]): Printable {
  return {
    kind: event.kind,
    scopes: event.scopes,
    toJSON: () => ({ ...event.toJSON(), scopes: [...scopes] }),
  };
}
