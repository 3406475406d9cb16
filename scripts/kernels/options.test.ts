import { describe, expect, test } from 'vitest';
import { parseOptions } from './options.mjs';

describe('the command line of the matrix', () => {
  test('all kernels, unless some are named; in the order of the matrix', () => {
    expect(parseOptions([]).versions).toEqual(['running', '5.10', '6.1', '6.12']);
    expect(parseOptions(['6.12', '5.10']).versions).toEqual(['5.10', '6.12']);
    expect(parseOptions(['--planted-fault']).versions).toEqual(['5.10', '6.1', '6.12']);
  });

  test('numbers, and filters more than once', () => {
    const options = parseOptions(['--', '--cpus', '4', '--filter', 'a', '--filter=b', '--chosen']);
    expect(options).toMatchObject({ cpus: 4, filters: ['a', 'b'], chosen: true, limitMinutes: 40 });
  });

  test.each([
    [['6.6'], 'there is no kernel "6.6" in the matrix; there are running, 5.10, 6.1, 6.12'],
    [['--cpus', '0'], '--cpus takes a number from 1, not "0"'],
    [['--limit', 'soon'], '--limit takes a number from 1, not "soon"'],
    [['--fliter', 'x'], /Unknown option '--fliter'.*see --help/s],
  ])('%j is refused, saying why', (args, message) => {
    expect(() => parseOptions(args)).toThrow(message);
  });
});
