/** Standard output and standard error of the command. */
export interface Output {
  readonly out: (text: string) => void;
  readonly err: (text: string) => void;
}
