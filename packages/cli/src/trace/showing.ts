/** All that shows a trace, as against what starts one: read while the kernel side is loaded. */
import { setFlagsFromString } from 'node:v8';

export { EventWriter } from '../output/event-writer.js';
export { renderers } from '../output/renderers.js';
export { seesExits } from './exits-seen.js';
export { Session } from './session.js';

/**
 * How V8 is to go on once all is loaded. Under flags on its command line, and after this too, V8 refuses the compiled code that
 * comes with Node.js, and compiles each module of Node.js that is loaded then.
 *
 * - The heap grows to a third above what lives, not up to four times as much, and its young generation no more: what a tracer
 *   takes is missing where it looks.
 * - Less is inlined: the compiler is done sooner (bench/tried.md).
 */
export function settleEngine(): void {
  setFlagsFromString('--heap-growing-percent=30');
  setFlagsFromString('--semi-space-growth-factor=1');
  setFlagsFromString('--max-inlined-bytecode-size-cumulative=300');
}
