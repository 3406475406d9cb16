import { describe, expect, test } from 'vitest';
import { anchorsOf, linksOf } from './links.mjs';

describe('anchors', () => {
  test('as GitHub writes them', () => {
    const page =
      '# The rooms\n\n## `npm start`: what it does?\n\n## A [link](x.md) & more\n\n## Twice\n## Twice\n';
    expect([...anchorsOf(page)]).toEqual([
      'the-rooms',
      'npm-start-what-it-does',
      'a-link--more',
      'twice',
      'twice-1',
    ]);
  });

  test('skip a comment in a shell block', () => {
    expect([...anchorsOf('```sh\n# not one\n```\n# one\n')]).toEqual(['one']);
  });
});

describe('links', () => {
  test('inline, images, references and HTML, with their lines', () => {
    const page = 'See [a](a.md#x "title")\nand ![b](b.svg).\n\n[c]: c.md\n<img src="d.png">\n';
    expect(linksOf(page)).toEqual([
      { target: 'a.md#x', line: 1 },
      { target: 'b.svg', line: 2 },
      { target: 'c.md', line: 4 },
      { target: 'd.png', line: 5 },
    ]);
  });

  test('none in code', () => {
    expect(linksOf('`[a](a.md)`\n\n```md\n[b](b.md)\n```\n')).toEqual([]);
  });
});
