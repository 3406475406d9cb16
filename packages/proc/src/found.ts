/** Why a name cannot be translated, in words for a person: `problem` follows the name and a colon. */
export interface Refusal {
  readonly problem: string;
  readonly remedy?: string;
}

/** What a name stands for; `undefined` if nothing has that name. */
export type Found<T> = T | Refusal | undefined;
