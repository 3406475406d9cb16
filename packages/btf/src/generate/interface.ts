import type { StructLayout } from '../layout.js';
import { asNamed, TypeNames } from './type-names.js';
import { TypePrinter } from './type-text.js';

/**
 * Prints the members of a struct for a TypeScript interface, one per line.
 *
 * @param known C names of structs that the text can refer to, as `EventHeader` for `event_header`;
 *   other structs are written out
 *
 * @example
 * ```ts
 * import type { StructLayout } from '@spoor/btf';
 *
 * const layout = layoutOf(object.btf, 'struct proc_info') as StructLayout;
 * console.log(`interface ProcInfo {\n${interfaceMembers(layout, [])}}`);
 * ```
 */
export function interfaceMembers(layout: StructLayout, known: readonly string[]): string {
  const named = layout.fields.flatMap(({ layout: field }) => {
    const struct = asNamed(field);
    return struct !== undefined && known.includes(struct.name) ? [struct] : [];
  });
  const names = new TypeNames(named, { taken: [], declared: (_, name) => [name] });
  return new TypePrinter(names).members(layout);
}
