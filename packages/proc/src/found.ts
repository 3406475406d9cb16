/**
 * The reason that a name cannot be translated. In messages, `problem` follows the name and a colon.
 */
export interface Refusal {
  readonly problem: string;
  readonly remedy?: string;
}

/**
 * The translation of a name, a reason why it has none, or `undefined` if the name does not exist.
 */
export type Found<T> = T | Refusal | undefined;
