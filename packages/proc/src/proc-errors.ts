/** Whether an error of `node:fs` has one of these codes. */
export function hasCode(error: unknown, ...codes: readonly string[]): boolean {
  return error instanceof Error && 'code' in error && codes.includes(String(error.code));
}

/** What `/proc` says of a task that has exited, or lost its memory: ENOENT on opening, ESRCH on reading. */
export function isGone(error: unknown): boolean {
  return hasCode(error, 'ENOENT', 'ESRCH');
}
