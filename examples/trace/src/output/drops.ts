import { counted, countText } from './text.js';

/** By event kind and reason. */
export type Drops = Readonly<Record<string, Readonly<Record<string, number>>>>;

/** `12,000 events dropped: open 11,990 (ring-full), exec 10 (ring-full)`; empty when none was. */
export function dropsText(drops: Drops): string {
  const dropped = sum(Object.values(drops).map((reasons) => sum(Object.values(reasons))));
  return dropped === 0 ? '' : `${counted(dropped, 'event')} dropped: ${dropsByKind(drops)}`;
}

/** `open 11,990 (ring-full), exec 10 (ring-full)`. */
export function dropsByKind(drops: Drops): string {
  return Object.entries(drops)
    .filter(([, reasons]) => sum(Object.values(reasons)) > 0)
    .map(([kind, reasons]) => `${kind} ${dropsByReason(reasons)}`)
    .join(', ');
}

/** `11,990 (ring-full) + 3 (no-memory)`. */
export function dropsByReason(reasons: Readonly<Record<string, number>>): string {
  return Object.entries(reasons)
    .map(([reason, count]) => `${countText(count)} (${reason})`)
    .join(' + ');
}

/** Adds what a marker says to what was dropped before it. */
export function addDrops(total: Record<string, Record<string, number>>, drops: Drops): void {
  for (const [kind, reasons] of Object.entries(drops)) {
    total[kind] ??= {};
    for (const [reason, count] of Object.entries(reasons))
      total[kind][reason] = (total[kind][reason] ?? 0) + count;
  }
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}
