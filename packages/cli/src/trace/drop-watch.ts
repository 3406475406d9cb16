import type { Drops } from '../output/drops.js';

interface Counted {
  readonly dropped: Readonly<Record<string, number>>;
}

/** Returns the drops so far, from the counters of a trace. */
export function droppedOf(events: Readonly<Record<string, Counted>>): Drops {
  return Object.fromEntries(Object.entries(events).map(([kind, { dropped }]) => [kind, dropped]));
}

/** Computes the drops since the last call. */
export class DropWatch {
  #before: Drops = {};

  /** Undefined if nothing was dropped. */
  since(now: Drops): Drops | undefined {
    const fresh: Record<string, Record<string, number>> = {};
    for (const [kind, reasons] of Object.entries(now)) {
      for (const [reason, count] of Object.entries(reasons)) {
        const more = count - (this.#before[kind]?.[reason] ?? 0);
        if (more > 0) fresh[kind] = { ...fresh[kind], [reason]: more };
      }
    }
    this.#before = now;
    return Object.keys(fresh).length === 0 ? undefined : fresh;
  }
}
