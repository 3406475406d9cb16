import { expect, test } from 'vitest';
import { readSettings } from './args.js';

const known = ['startup', 'state', 'reader'];

test('without a name all, with names these in the usual order', () => {
  expect(readSettings([], known)).toEqual({ names: known, quick: false, out: undefined, help: false });
  expect(readSettings(['reader', 'startup', '--quick', '--out', 'there'], known)).toEqual({
    names: ['startup', 'reader'],
    quick: true,
    out: 'there',
    help: false,
  });
});

test('a wrong name has a guess', () => {
  expect(() => readSettings(['raeder'], known)).toThrow('There is no benchmark "raeder"');
  expect(() => readSettings(['raeder'], known)).toThrow(
    expect.objectContaining({ code: 'USAGE', remedy: 'Did you mean reader?' }),
  );
  expect(() => readSettings(['quite-else'], known)).toThrow(
    expect.objectContaining({ remedy: 'There are startup, state, reader.' }),
  );
});

test('a wrong option is named', () => {
  expect(() => readSettings(['--fast'], known)).toThrow(
    expect.objectContaining({ code: 'UNKNOWN_OPTION', message: expect.stringContaining('--fast') }),
  );
  expect(() => readSettings(['--out'], known)).toThrow(expect.objectContaining({ code: 'UNKNOWN_OPTION' }));
});
