import { execFileSync, spawnSync } from 'node:child_process';
import { type Event, EventDecoder, jsonLine, LineBuffer } from '@spoor/event';
import { fakeRecord } from '@spoor/event/testing';
import { ProcessTree } from '@spoor/tracer';
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { noStyle } from './style.js';
import { tableRenderer } from './table.js';
import { drawTree } from './tree.js';

const decoder = new EventDecoder();
const program = '/usr/bin/program';

/** An exec event with these bytes as arguments: `argc` of them, a NUL after each. */
function execOf(argv: readonly Uint8Array[]): Event {
  const bytes = Buffer.concat(argv.flatMap((word) => [word, Uint8Array.of(0)]));
  const record = fakeRecord('exec', { path: program, argv: bytes as never, argc: argv.length, tgid: 7 });
  return decoder.decode(record) as Event;
}

const word = fc
  .array(
    fc.oneof(
      fc.integer({ min: 1, max: 255 }).map((byte) => [byte]),
      fc
        .constantFrom(...'\'"\\$`!%-\n\t\x1b\u202e\x85\u00e9\u65e5\ufffd~#;&|<>(){}[]*? =^')
        .map((text) => [...Buffer.from(text)]),
      fc.constantFrom("it's", '$HOME', '`id`', '-n', 'if').map((text) => [...Buffer.from(text)]),
    ),
    { maxLength: 8 },
  )
  .map((parts) => Uint8Array.from(parts.flat()));
const argvs = fc.sample(fc.array(word, { minLength: 1, maxLength: 4 }), 200);
const latin = (bytes: Uint8Array) => Buffer.from(bytes).toString('latin1');

/** Returns the words that a shell reads from each pasted line. */
function pasted(shell: string, lines: readonly string[]): string[][] {
  const script = 'f() { printf "%s\\0" "$@"; printf "\\0\\0"; }; for l; do eval "f $l"; done';
  const read = execFileSync(shell, ['-c', script, shell, ...lines], { encoding: 'latin1' });
  let rest = read;
  return lines.map((_, index) => {
    const words = argvs[index]!.map(() => {
      const end = rest.indexOf('\0');
      const text = rest.slice(0, end);
      rest = rest.slice(end + 1);
      return text;
    });
    expect(rest.slice(0, 2)).toBe('\0\0');
    rest = rest.slice(2);
    return words;
  });
}

const shells = ['bash', 'dash'].filter((shell) => spawnSync(shell, ['-c', ':']).status === 0);
const expected = argvs.map((argv) => argv.map(latin));

const printed = {
  table: (event: Event) => {
    const out = new LineBuffer();
    const options = { style: noStyle, unicode: true, kinds: ['exec'], time: 'relative' } as const;
    tableRenderer(options).event(event, out);
    const line = out.toString();
    return line.slice(line.indexOf(program) + program.length).trim();
  },
  tree: (event: Event) => {
    const tree = new ProcessTree();
    tree.add(event);
    const line = drawTree(tree, { style: noStyle, unicode: true });
    return line.slice(0, line.lastIndexOf('  [7]'));
  },
};

it.each(shells.flatMap((shell) => (['table', 'tree'] as const).map((form) => [shell, form] as const)))(
  '%s reads the command lines of a %s back, byte for byte',
  (shell, form) => {
    const lines = argvs.map((argv) => printed[form](execOf(argv)));
    for (const line of lines) expect(line).not.toMatch(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/u);
    expect(pasted(shell, lines)).toEqual(expected);
  },
);

it('keeps every byte in a JSON line: in argvRaw if present, else in argv', () => {
  for (const argv of argvs) {
    const { data } = JSON.parse(jsonLine(execOf(argv))) as { data: { argv: string[]; argvRaw?: string[] } };
    const { argv: texts, argvRaw } = data;
    const read = texts.map((text, index) =>
      argvRaw === undefined ? Buffer.from(text) : Buffer.from(argvRaw[index]!, 'hex'),
    );
    expect(read.map(latin)).toEqual(argv.map(latin));
  }
});
