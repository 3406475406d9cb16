import { expect, it } from 'vitest';
import { dataOf } from '../../test/data-of.js';

it('symlink', () => {
  expect(dataOf('symlink', { target: '../b', path: 'a', directory: '/tmp' })).toEqual({
    target: '../b',
    path: 'a',
    directory: '/tmp',
  });
  expect(dataOf('symlink', { target: '', path: '/a', directory: '/jail', result: -2 })).toEqual({
    target: '',
    path: '/a',
    root: '/jail',
    error: 'ENOENT',
  });
});

it.each([
  [1, 'fifo'],
  [4, 'directory'],
  [8, 'regular'],
  [10, 'symlink'],
  [12, 'socket'],
  [7, '7'],
])('mknod of type %i', (type, name) => {
  expect(dataOf('mknod', { path: '/a', type, mode: 0o640 })).toEqual({
    path: '/a',
    type: name,
    mode: '0640',
  });
});

it.each([
  [2, 'character'],
  [6, 'block'],
])('mknod of a device of type %i', (type, name) => {
  expect(dataOf('mknod', { path: '/a', type, deviceNumber: (1 << 20) | 3, result: -1 })).toEqual({
    path: '/a',
    type: name,
    mode: '0000',
    deviceNumber: '1:3',
    error: 'EPERM',
  });
});
