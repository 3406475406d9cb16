import { builtInKernel, type KernelDefinition } from '@spoor/bpf';
import { eventFlagNames, originNames } from '@spoor/bpf/enums';
import type { StructLayout } from '@spoor/btf';
import type { EventLayouts } from './layouts.js';

const invert = (names: Readonly<Record<number, string>>): Record<string, number> =>
  Object.fromEntries(Object.entries(names).map(([value, name]) => [name, Number(value)]));

const layoutsIn = ({ events }: KernelDefinition): EventLayouts => ({
  kinds: Object.fromEntries(Object.entries(events).map(([name, { kind }]) => [name, kind])),
  origins: invert(originNames),
  flags: invert(eventFlagNames),
  events: Object.fromEntries(
    Object.entries(events).map(([name, { schema }]) => [name, schema.layout as StructLayout]),
  ),
});

/** The layouts of the events of this version's object. */
export const eventLayouts: EventLayouts = layoutsIn(builtInKernel);

/**
 * Returns the layouts of the events of a kernel side.
 *
 * @example
 * ```ts
 * import { builtInKernel } from '@spoor/bpf';
 *
 * layoutsOfKernel(builtInKernel) === eventLayouts; // true
 * ```
 */
export const layoutsOfKernel = (kernel: KernelDefinition): EventLayouts =>
  kernel === builtInKernel ? eventLayouts : layoutsIn(kernel);
