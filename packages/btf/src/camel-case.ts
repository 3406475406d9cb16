/**
 * The JavaScript name of a C name: `start_time_ns` is `startTimeNs`. Underscores in front stay (`__pad` is
 * `__pad`), each later run of them makes the next character upper case. Two C names can become one; a codec
 * refuses a struct where they do.
 */
export function camelCase<Name extends string>(name: Name): CamelCase<Name> {
  const lead = /^_*/.exec(name)?.[0] ?? '';
  const [head = '', ...rest] = name.slice(lead.length).split('_');
  return (lead +
    head +
    rest.map((word) => word.charAt(0).toUpperCase() + word.slice(1)).join('')) as CamelCase<Name>;
}

/** What `camelCase` returns. */
export type CamelCase<Name extends string> = Name extends `_${infer Rest}`
  ? `_${CamelCase<Rest>}`
  : JoinWords<Name>;

type JoinWords<Name extends string> = Name extends `${infer Head}_${infer Rest}`
  ? `${Head}${Capitalize<JoinWords<Rest>>}`
  : Name;
