/**
 * Formats a command line that a shell reads back: bash, dash and other POSIX shells with the
 * default IFS.
 */
import { escapeText } from '@spoor/core';

/** Matches a word that needs no quotes, for a shell and for a reader. */
const plainWord = /^[\w@%+=:,./-]+$/;

/** Matches a first word that a shell takes for a command name only if it is quoted. */
const special =
  /=|^(?:if|then|else|elif|fi|do|done|case|esac|while|until|for|in|function|select|time|coproc)$/;

/**
 * Formats arguments as they are typed into a shell, which reads back the same bytes. No character
 * moves the cursor or changes the writing direction: `printf` gets those as octal numbers.
 *
 * @param raw the bytes of all arguments in hexadecimal, if the texts are not exact
 * @param truncated true if arguments, or the end of one, are missing; then an unquoted `…` follows
 */
export function commandLine(
  argv: readonly string[],
  raw: readonly string[] | undefined,
  truncated: boolean,
): string {
  let line = '';
  for (const [index, word] of argv.entries()) {
    const plain = plainWord.test(word) && (index > 0 || !special.test(word));
    const bytes = plain ? undefined : raw?.[index];
    if (index > 0) line += ' ';
    line += plain ? word : quoted(word, bytes === undefined ? undefined : Buffer.from(bytes, 'hex'));
  }
  return truncated ? `${line} …`.trimStart() : line;
}

/**
 * The third character of IFS, a newline, for the end of a word. A shell removes newlines at the end
 * of the output of a command.
 */
// biome-ignore lint/suspicious/noTemplateCurlyInString: it is for a shell
const lineEnd = '${IFS#??}';

function quoted(word: string, bytes: Buffer | undefined): string {
  const isText = bytes === undefined || bytes.equals(Buffer.from(word));
  if (isText && isHarmless(word)) return `'${word.replaceAll("'", "'\\''")}'`;
  const characters = [...(isText ? word : charactersOf(bytes))];
  let lineEnds = '';
  for (; characters.at(-1) === '\n'; characters.pop()) lineEnds += lineEnd;
  let format = characters.map(formatOf).join('');
  // A leading "-" would be an option of printf.
  if (format.startsWith('-')) format = `\\055${format.slice(1)}`;
  return format === '' ? `"${lineEnds}"` : `"$(printf '${format}')${lineEnds}"`;
}

/**
 * Returns true if a terminal shows the text without obeying it. Within quotes a backslash is
 * harmless.
 */
function isHarmless(text: string): boolean {
  const without = text.replaceAll('\\', '');
  return escapeText(without) === without;
}

const named: Readonly<Record<string, string>> = { '\n': '\\n', '\t': '\\t', '\\': '\\\\', '%': '%%' };

/**
 * Returns a character, or an invalid byte, in the format of `printf`. Bash would expand an
 * exclamation mark.
 */
function formatOf(character: string | number): string {
  if (typeof character === 'number') return octal(character);
  const short = named[character];
  if (short !== undefined) return short;
  if (character !== "'" && character !== '!' && isHarmless(character)) return character;
  return [...Buffer.from(character)].map(octal).join('');
}

function octal(byte: number): string {
  return `\\${byte.toString(8).padStart(3, '0')}`;
}

/** Returns the characters of a UTF-8 text, and each byte that is not part of one. */
function* charactersOf(bytes: Buffer): Generator<string | number> {
  for (let start = 0; start < bytes.length; ) {
    const character = characterAt(bytes, start);
    yield character ?? bytes[start]!;
    start += character === undefined ? 1 : Buffer.byteLength(character);
  }
}

function characterAt(bytes: Buffer, start: number): string | undefined {
  for (let length = 1; length <= 4 && start + length <= bytes.length; length++) {
    const part = bytes.subarray(start, start + length);
    const text = part.toString();
    if (Buffer.from(text).equals(part)) return text;
  }
  return undefined;
}
