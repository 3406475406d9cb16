import { readFileSync } from 'node:fs';
import { SpoorError } from '@spoor/core';
import type { PlannedEvent } from './define.js';

/**
 * Returns the error for headers that clang did not accept. What a header lacks is an error in
 * another file for clang, so the text of the header is searched for it.
 *
 * @param error what `compileObject` threw
 */
export function compileError(error: unknown, events: readonly PlannedEvent[]): unknown {
  if (!(error instanceof SpoorError) || error.code !== 'TOOL_FAILED') return error;
  const isNamed = events.some(({ header }) => hasError(error, header));
  const lacks = isNamed ? [] : events.flatMap(({ header, name }) => lacksOf(header, name));
  if (lacks[0] !== undefined) {
    const { header, message, remedy } = lacks[0];
    const options = { remedy, details: { file: header, output: error.message }, cause: error };
    return new SpoorError('EXTENSION_INVALID', `${header}: ${message}`, options);
  }
  return new SpoorError('TOOL_FAILED', error.message, {
    remedy: 'Correct the header at the first error. The other messages may follow from it.',
    details: error.details,
    cause: error,
  });
}

const hasError = ({ message }: SpoorError, header: string): boolean =>
  message.split('\n').some((line) => line.includes(`${header}:`) && /:\d+:\d+: (fatal )?error: /.test(line));

function lacksOf(header: string, name: string) {
  const text = readFileSync(header, 'utf8').replace(/\/\*[\s\S]*?\*\/|\/\/.*/g, ' ');
  const struct = `struct ${name}_event`;
  const begin = `Write: ${struct} { struct event_header header; … };`;
  const fill = `static __always_inline bool fill_${name}`;
  const parts = [
    [String.raw`\bstruct\s+${name}_event\s*\{`, `${struct} is not defined`, begin],
    [
      String.raw`\bstruct\s+${name}_event\s*\{\s*struct\s+event_header\s+header\s*;`,
      `${struct} does not begin with header`,
      begin,
    ],
    [
      String.raw`\bfill_${name}\s*\(`,
      `the function fill_${name} is not defined`,
      `Write: ${fill}(struct frame *frame, struct task_struct *task, const struct syscall *call).`,
    ],
  ] as const;
  return parts
    .filter(([pattern]) => !new RegExp(pattern).test(text))
    .map(([, message, remedy]) => ({ header, message, remedy }));
}
