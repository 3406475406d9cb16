/** A command line that a shell reads back: bash, dash, and other shells of POSIX with their usual IFS. */
import { escapeText } from '@spoor/core';

/** Needs no quotes in a shell, nor for the eye. */
const plainWord = /^[\w@%+=:,./-]+$/;

/** A first word that a shell does not take for the name of a command, unless it is quoted. */
const special =
  /=|^(?:if|then|else|elif|fi|do|done|case|esac|while|until|for|in|function|select|time|coproc)$/;

/**
 * Arguments as they are typed into a shell, which reads the very bytes back. No character of the text moves a cursor or
 * turns the direction of writing: those are octal numbers for `printf`.
 *
 * @param raw the bytes of all arguments as hexadecimal digits, where the texts do not stand for them
 * @param truncated whether arguments, or the end of one, are missing: then `…` follows, without quotes
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
 * The third character of IFS, for the end of a word: a shell drops line ends there when it takes the output of a command.
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
  // Not an option of printf.
  if (format.startsWith('-')) format = `\\055${format.slice(1)}`;
  return format === '' ? `"${lineEnds}"` : `"$(printf '${format}')${lineEnds}"`;
}

/** Whether a terminal shows the text and does not obey it. A backslash is only itself within quotes. */
function isHarmless(text: string): boolean {
  const without = text.replaceAll('\\', '');
  return escapeText(without) === without;
}

const named: Readonly<Record<string, string>> = { '\n': '\\n', '\t': '\\t', '\\': '\\\\', '%': '%%' };

/** A character, or a byte that is none, in the format of `printf`. An exclamation mark would ask bash for its history. */
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

/** The characters of a text in UTF-8, and each byte that belongs to none. */
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
