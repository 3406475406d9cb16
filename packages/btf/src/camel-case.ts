/**
 * Returns the JavaScript name of a C name. Leading underscores stay. Each later run of underscores
 * makes the next character upper case. See `fieldNames` for the fields of a struct.
 *
 * @example
 * ```ts
 * camelCase('start_time_ns'); // 'startTimeNs'
 * ```
 */
export function camelCase<Name extends string>(name: Name): CamelCase<Name> {
  const lead = /^_*/.exec(name)?.[0] ?? '';
  const [head = '', ...rest] = name.slice(lead.length).split('_');
  return (lead +
    head +
    rest.map((word) => word.charAt(0).toUpperCase() + word.slice(1)).join('')) as CamelCase<Name>;
}

/** The result type of `camelCase`. */
export type CamelCase<Name extends string> = Name extends `_${infer Rest}`
  ? `_${CamelCase<Rest>}`
  : JoinWords<Name>;

type JoinWords<Name extends string> = Name extends `${infer Head}_${infer Rest}`
  ? `${Head}${Capitalize<JoinWords<Rest>>}`
  : Name;
