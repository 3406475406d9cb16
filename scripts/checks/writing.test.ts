import { describe, expect, test } from 'vitest';
import { marksOf, subjectFaults } from './writing.mjs';

const rules = (path: string, text: string) => marksOf(path, text).map(({ line, rule }) => [line, rule]);

describe('comments', () => {
  test.each([
    ['/** What the reader keeps. */', [[1, 1]]],
    ['/**\n * Whether a record is left.\n */', [[2, 1]]],
    ['const a = 1; // Who reads it.', [[1, 1]]],
    ['/** A record that is no event. */', [[1, 3]]],
    ['/** A record that\n * is none. */', [[2, 3]]],
    ['/** Closes it. The same for rings. */', [[1, 4]]],
    ['// Reads it.\n// Likewise for rings.', [[2, 4]]],
    [`/* ${'word '.repeat(20)} */`, [[1, 10]]],
  ])('%j has its mark', (text, expected) => {
    expect(rules('a.ts', text)).toEqual(expected);
    expect(rules('a.h', text)).toEqual(expected);
  });

  test.each([
    '/** Returns whether a record is left. There is no limit. */',
    '// What if the ring is full?',
    '/** Where the kernel has no task storage, it uses a hash. */',
    '/** The record is no longer mapped, so `is none` fails. */',
    "const text = '// What is it';",
    'const pattern = /"\\/\\/ What/;',
    '// biome-ignore lint/style/x: What it says',
    `// https://example.org/${'long/'.repeat(20)}`,
  ])('%j has no mark', (text) => {
    expect(rules('a.ts', text)).toEqual([]);
  });
});

test('titles of tests', () => {
  const text = `${'test'}('what a reader keeps', f);\n${'test'}.each([1])('%s is ${'none'}', f);\n`;
  expect(rules('a.test.ts', text)).toEqual([
    [1, 1],
    [2, 3],
  ]);
  expect(rules('a.ts', text)).toEqual([]);
});

describe('pages', () => {
  test('headings, paragraphs and items, but no code and no tables', () => {
    const page =
      '# What goes\n\nIt is no map.\n\n- Who reads.\n\n```c\n/* What */\n```\n\n| What it is |\n|---|\n';
    expect(rules('docs/a.md', page)).toEqual([
      [1, 1],
      [3, 3],
      [5, 1],
    ]);
  });

  test('long sentences, and their average, of the first pages alone', () => {
    const page = `A short one. Long ${'word '.repeat(40)}end.\n`;
    expect(rules('docs/a.md', page)).toEqual([]);
    expect(marksOf('README.md', page).map(({ mark }) => mark.slice(0, 10))).toEqual([
      '42 words: ',
      '22.5 words',
    ]);
  });
});

test('places that are left blank, in the packages and in bpf/', () => {
  expect(marksOf('bpf/events/x.h', 'int a;\nint FILL_IN;\n')).toEqual([{ line: 2, mark: 'FILL_IN' }]);
  expect(marksOf('packages/x/a.test.ts', "const a = 'FILL_IN';")).toEqual([{ line: 1, mark: 'FILL_IN' }]);
  expect(marksOf('scripts/new/files.mjs', "const blank = 'FILL_IN';")).toEqual([]);
});

test('subjects of commits', () => {
  expect(subjectFaults(['ring, object: read a lane once', 'docs: say it'])).toEqual([]);
  expect(subjectFaults(['say it', `ring: ${'x'.repeat(70)}`])).toHaveLength(2);
});
