/** One thing that was looked at. */
export interface Check {
  readonly name: string;
  /**
   * `missing`: tracing does not work without it. `reduced`: it does, in another way or with less. `unknown`: it could not be
   * looked at.
   */
  readonly status: 'ok' | 'reduced' | 'missing' | 'unknown';
  /** What was found, or why it is not there. */
  readonly found: string;
  /** What to do about it; undefined where nothing needs to be or can be done. */
  readonly remedy?: string;
}
