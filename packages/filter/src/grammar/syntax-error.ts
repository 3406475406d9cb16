import { SpoorError, type SpoorErrorCode } from '@spoor/core';

export interface SyntaxErrorOptions {
  readonly code?: SpoorErrorCode;
  /** The whole expression. */
  readonly text: string;
  /** UTF-16 offsets of what is wrong. */
  readonly from: number;
  readonly to: number;
  readonly problem: string;
  readonly remedy?: string | undefined;
}

/** Text to show around the mistake. */
const CONTEXT = 60;

/**
 * An error that points into an expression. `details` has `column` (from 1, in characters as people
 * count them), `offset` (UTF-16) and `expression`.
 */
export function syntaxError({ code, text, from, to, problem, remedy }: SyntaxErrorOptions): SpoorError {
  const column = [...text.slice(0, from)].length + 1;
  const before = visible(text.slice(0, from)).slice(-CONTEXT);
  const wrong = visible(text.slice(from, to)).slice(0, CONTEXT);
  const after = visible(text.slice(to)).slice(0, CONTEXT);
  const caret = ' '.repeat(before.length) + '^'.repeat(Math.max(1, wrong.length));
  const excerpt = `\n  ${before.join('')}${wrong.join('')}${after.join('')}\n  ${caret}`;
  return new SpoorError(code ?? 'SCOPE_SYNTAX', `column ${column}: ${problem}${excerpt}`, {
    ...(remedy === undefined ? {} : { remedy }),
    details: { column, offset: from, expression: text },
  });
}

/**
 * One printable character each, so that columns stay where they are and a terminal has nothing to
 * obey.
 */
const visible = (text: string): string[] =>
  [...text].map((char) => (/[\p{C}\p{Z}]/u.test(char) ? ' ' : char));

/** Quotes a word of the input for a message: escaped, and cut after 40 characters. */
export function quoted(text: string): string {
  const chars = [...text];
  const shown = chars.length > 40 ? `${chars.slice(0, 40).join('')}…` : text;
  const plain = shown.replaceAll("'", "\\'");
  return `'${plain.replace(/[\p{C}\u2028\u2029]/gu, (char) => `\\u{${char.codePointAt(0)!.toString(16)}}`)}'`;
}
