/** All that shows a trace, as against what starts one: read while the kernel side is loaded. */
import { setFlagsFromString } from 'node:v8';

export { EventWriter } from '../output/event-writer.js';
export { renderers } from '../output/renderers.js';
export { Session } from './session.js';

/** The heap grows to a third above what lives, not up to four times as much: what a tracer takes is missing where it looks (bench/tried.md). */
export function keepHeapSmall(): void {
  setFlagsFromString('--heap-growing-percent=30');
}
