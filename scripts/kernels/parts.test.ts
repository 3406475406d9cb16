import { existsSync } from 'node:fs';
import { expect, test } from 'vitest';
import { inRoot } from '../lib/workspace.mjs';
import { chosen, isChosen, vitestArguments } from './chosen.mjs';
import { messageReader } from './machine.mjs';
import type { Message } from './merge.mjs';
import { dependenciesOf } from './modules.mjs';
import { mirrorOf } from './packages.mjs';

test('every file that is chosen is there', () => {
  for (const { file } of chosen) expect(existsSync(inRoot(file)), file).toBe(true);
});

test('names that are chosen are taken literally', () => {
  const choice = { file: 'a', tests: ['x (y)', 'z'], covers: '' };
  expect(vitestArguments([choice])).toEqual(['a', '-t', '^(x \\(y\\)|z)']);
  expect(isChosen({ file: 'a', name: 'x > (y) and more' }, choice)).toBe(true);
  expect(isChosen({ file: 'b', name: 'z' }, choice)).toBe(false);
});

test('the mirror is the one that the machine reads Debian itself from', () => {
  const lines = [
    'Ubuntu|main|noble|http://ubuntu/',
    'Debian|main|bookworm-security|http://security/',
    'Debian|contrib|bookworm|http://contrib/',
    'Debian|main|bookworm|http://mirror/debian/',
  ];
  expect(mirrorOf(lines.join('\n'))).toBe('http://mirror/debian/');
  expect(mirrorOf('')).toBeUndefined();
});

test('messages are found in pieces, between what else comes', () => {
  const heard: Message[] = [];
  const read = messageReader((message) => heard.push(message));
  for (const piece of ['noise\n{"say":"run', 'ning","file":"a","name":"b"}\n{"say"', ':']) read(piece);
  expect(heard).toEqual([{ say: 'running', file: 'a', name: 'b' }]);
});

test('a module says what it needs', () => {
  expect(dependenciesOf(Buffer.from('x\0depends=virtio,virtio_ring\0y'))).toEqual(['virtio', 'virtio_ring']);
  expect(dependenciesOf(Buffer.from('x\0depends=\0y'))).toEqual([]);
});
