import { filterKinds as names } from '@spoor/bpf';
import type { FilterKindName } from '@spoor/bpf/enums';
import type { FilterKind } from './kind.js';
import * as registry from './registry.js';

const kinds = registry satisfies Record<FilterKindName, FilterKind>;

/**
 * Every filter kind by name, in the order in which the kernel evaluates them.
 *
 * @example
 * ```ts
 * for (const [name, kind] of Object.entries(filterKinds)) console.log(name, kind.summary);
 * ```
 */
export const filterKinds = Object.fromEntries(names.map((name) => [name, kinds[name]])) as typeof kinds;
