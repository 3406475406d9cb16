/** One check of `spoor doctor`. */
export interface Check {
  readonly name: string;
  /**
   * `missing`: tracing does not work without it. `reduced`: tracing works, with a fallback or with
   * less. `unknown`: the check could not run.
   */
  readonly status: 'ok' | 'reduced' | 'missing' | 'unknown';
  /** The result, or the reason that it is missing. */
  readonly found: string;
  /** The remedy; undefined if nothing needs to be or can be done. */
  readonly remedy?: string;
}
