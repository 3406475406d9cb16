import { execFileSync, spawnSync } from 'node:child_process';
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { commandLine } from './shell-words.js';

/** Returns arguments as an exec event has them. */
function lineOf(argv: readonly Uint8Array[], truncated = false): string {
  const texts = argv.map((bytes) => Buffer.from(bytes).toString());
  const lossy = argv.some((bytes, index) => !Buffer.from(texts[index]!).equals(bytes));
  const raw = lossy ? argv.map((bytes) => Buffer.from(bytes).toString('hex')) : undefined;
  return commandLine(texts, raw, truncated);
}

const bytesOf = (words: readonly string[]) => words.map((word) => Buffer.from(word));

const shells = ['bash', 'dash', 'sh'].filter((shell) => spawnSync(shell, ['-c', ':']).status === 0);

/** Returns the words that a shell reads from each line. */
function readBack(shell: string, lines: readonly string[]): string[] {
  const script = 'f() { for a; do printf "%s\\0" "$a"; done; printf "end\\0"; }; for l; do eval "f $l"; done';
  return execFileSync(shell, ['-c', script, shell, ...lines], { encoding: 'latin1' })
    .split('\0')
    .slice(0, -1);
}

const expected = (argvs: readonly (readonly Uint8Array[])[]) =>
  argvs.flatMap((argv) => [...argv.map((bytes) => Buffer.from(bytes).toString('latin1')), 'end']);

it.each([
  [['ls', '-l', '/a/b.c', 'x=1,2'], 'ls -l /a/b.c x=1,2'],
  [['sh', '-c', "echo 'x y'"], "sh -c 'echo '\\''x y'\\'''"],
  [['printf', '', '$HOME', 'a\\b', '日本', '!x', '*'], "printf '' '$HOME' 'a\\b' '日本' '!x' '*'"],
  [['A=1', 'A=1'], "'A=1' A=1"],
  [['if', 'if'], "'if' if"],
  [
    ['e', '\x1b[2J', "-\u202e!%'"],
    'e "$(printf \'\\033[2J\')" "$(printf \'\\055\\342\\200\\256\\041%%\\047\')"',
  ],
  [['e', 'a\nb\n\n', '\n'], `e "$(printf 'a\\nb')\${IFS#??}\${IFS#??}" "\${IFS#??}"`],
  [['e', '\t\\n'], `e "$(printf '\\t\\\\n')"`],
])('%j', (argv, line) => {
  expect(lineOf(bytesOf(argv))).toBe(line);
});

it('marks missing arguments', () => {
  expect(lineOf(bytesOf(['ls', '…']), true)).toBe("ls '…' …");
  expect(commandLine([], undefined, true)).toBe('…');
});

it('keeps bytes that are not text, and the text around them', () => {
  expect(lineOf([Buffer.from('x'), Buffer.from([0xc3, 0xa9, 0xff, 0xe2, 0x82])])).toBe(
    'x "$(printf \'é\\377\\342\\202\')"',
  );
});

it.runIf(shells.length > 0)(
  'reads back in every shell, byte for byte, and shows no control character',
  () => {
    const byte = fc.integer({ min: 1, max: 255 });
    const tricky = fc
      .constantFrom(...'\'"\\$`!%-\n\t\r\x1b\u202e\x85é日~#;&|<>(){}[]*? =^'.split(''))
      .map((c) => [...Buffer.from(c)]);
    const word = fc
      .array(
        fc.oneof(
          { weight: 3, arbitrary: tricky },
          byte.map((one) => [one]),
        ),
        { maxLength: 12 },
      )
      .map((parts) => Uint8Array.from(parts.flat()));
    const argvs = fc.sample(fc.array(word, { minLength: 1, maxLength: 4 }), 400);
    const lines = argvs.map((argv) => lineOf(argv));
    for (const line of lines) expect(line).not.toMatch(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\ufffd]/u);
    for (const shell of shells) expect(readBack(shell, lines), shell).toEqual(expected(argvs));
  },
);
