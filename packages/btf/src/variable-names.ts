import { groupBy } from '@spoor/core';
import type { ObjectFile, ObjectVariable } from './parse-object.js';

/** A variable, and the name by which no other one is reached. */
export interface NamedVariable {
  readonly name: string;
  readonly variable: ObjectVariable;
}

/**
 * Returns the variables of some sections, grouped by their names in C. Static variables of linked
 * files can have one name: then each is called by its name and place, `level@.rodata+4`.
 *
 * @param sections - beginnings: `.data` stands for `.data.extra`, too
 *
 * @example
 * ```ts
 * for (const [name, all] of namedVariables(readObject('trace.bpf.o'), ['.data', '.bss']))
 *   console.log(name, all.length);
 * ```
 */
export function namedVariables(
  { variables }: Pick<ObjectFile, 'variables'>,
  sections: readonly string[],
): ReadonlyMap<string, readonly NamedVariable[]> {
  const wanted = variables.filter(({ section }) =>
    sections.some((beginning) => section === beginning || section.startsWith(`${beginning}.`)),
  );
  return new Map(
    [...groupBy(wanted, ({ name }) => name)].map(([name, all]) => [
      name,
      all.map((variable) => ({
        name: all.length === 1 ? name : `${name}@${variable.section}+${variable.offset}`,
        variable,
      })),
    ]),
  );
}
