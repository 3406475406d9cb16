import { expect, test } from 'vitest';
import { sourceLists } from './debian-source.js';

test('the places of packages become those of their sources', () => {
  const stanza = (types: string) =>
    `Types: ${types}\n# a comment\nURIs: http://mirror.example/debian\nSuites: stable`;
  expect(sourceLists({ deb822: [`${stanza('deb')}\n\n${stanza('deb deb-src')}\n`], lines: [] })).toEqual({
    name: 'spoor.sources',
    text: `${stanza('deb-src')}\n\n${stanza('deb-src')}\n\n`,
  });
});

test('also in the older format, where there is no newer one', () => {
  const lines = [
    '# deb http://mirror.example/no\ndeb [arch=amd64] http://mirror.example/debian stable main\n',
  ];
  expect(sourceLists({ deb822: [], lines })).toEqual({
    name: 'spoor.list',
    text: 'deb-src [arch=amd64] http://mirror.example/debian stable main\n',
  });
});

test('returns undefined without a source list', () => {
  expect(sourceLists({ deb822: ['# nothing\n'], lines: ['# deb x y z\n'] })).toBeUndefined();
});
