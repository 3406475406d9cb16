import type { Layout } from '@spoor/btf';
import { events } from '../gen/events.js';
import { maps } from '../gen/maps.js';
import { programs } from '../gen/names.js';
import type { EventDeclaration } from './events/field.js';
import { type ObjectVariant, objectPath } from './objects.js';

/** An event kind of a kernel side: its number in records, and the layout of their fixed part. */
export interface KernelEvent {
  readonly kind: number;
  readonly schema: { readonly layout: Layout };
}

declare const parts: unique symbol;

/** An event kind that an extension adds. `Parts` is the type of its C struct. */
export interface ExtensionEvent<Parts = unknown, Declaration extends EventDeclaration = EventDeclaration>
  extends KernelEvent {
  readonly declaration: Declaration;
  readonly [parts]?: Parts;
}

/** The event kinds that extensions add, by name. */
export interface ExtensionEvents {
  readonly [kind: string]: ExtensionEvent;
}

/**
 * A kernel side as a value: its objects, and what is in them. `builtInKernel` is that of this
 * package. `@spoor/build` makes others, which have the events of extensions as well. `trace`,
 * `parseScope` and `EventDecoder` take one.
 */
export interface KernelDefinition<Own extends ExtensionEvents = ExtensionEvents> {
  /** For messages. */
  readonly name: string;
  /** Returns the path of a compiled object. */
  objectPath(variant?: ObjectVariant): string;
  /** All event kinds by name. */
  readonly events: Readonly<Record<string, KernelEvent>>;
  /** The event kinds that extensions add. */
  readonly extensions: Own;
  /** The maps of the objects, with the layouts of keys and values. */
  readonly maps: typeof maps;
  /** The programs of the objects by name, with their sections. */
  readonly programs: Readonly<Record<string, string>>;
}

/** The kernel side without extensions. */
export type BuiltInKernel = KernelDefinition<Readonly<Record<never, never>>>;

/**
 * The kernel side of this package.
 *
 * @example
 * ```ts
 * console.log(Object.keys(builtInKernel.events).length);
 * ```
 */
export const builtInKernel: BuiltInKernel = {
  name: '@spoor/bpf',
  objectPath,
  events,
  extensions: {},
  maps,
  programs,
};

/** The additions of extensions to a kernel side: the argument of `extendKernel`. */
export interface KernelExtension<Own extends ExtensionEvents> {
  /** For messages. */
  readonly name: string;
  /** Returns the path of a compiled object. The objects have all of `base` as well. */
  objectPath(variant?: ObjectVariant): string;
  readonly events: Own;
  /** The programs that extensions add, with their sections. */
  readonly programs: Readonly<Record<string, string>>;
}

/**
 * Adds event kinds to a kernel side. The modules that `@spoor/build` writes call it.
 *
 * @param base the kernel side that the objects were compiled from
 *
 * @example
 * ```ts
 * const same = extendKernel(builtInKernel, { name: 'same', objectPath, events: {}, programs: {} });
 * ```
 */
export function extendKernel<Own extends ExtensionEvents>(
  base: BuiltInKernel,
  extension: KernelExtension<Own>,
): KernelDefinition<Own> {
  return {
    ...base,
    name: extension.name,
    objectPath: (variant) => extension.objectPath(variant),
    events: { ...base.events, ...extension.events },
    extensions: extension.events,
    programs: { ...base.programs, ...extension.programs },
  };
}
