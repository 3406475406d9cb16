import type { SpoorError } from '@spoor/core';
import { describe, expect, it } from 'vitest';
import type { Usage } from './option.js';
import { parseArguments } from './parse.js';

const usage: Usage = {
  name: 'test',
  summary: '',
  synopsis: '[options]',
  command: true,
  options: [
    { name: 'out', value: 'FILE', help: '' },
    { name: 'scope', value: 'EXPR', multiple: true, help: '' },
    { name: 'stats', help: '' },
  ],
  examples: [],
};

const parse = (...args: string[]) => parseArguments(usage, args);

describe('what is right', () => {
  it('tells what was given and what was not', () => {
    const args = parse('--out', 'a', '--stats');
    expect(args.get('out')).toBe('a');
    expect(args.has('stats')).toBe(true);
    expect(args.has('scope')).toBe(false);
    expect(args.get('scope')).toBeUndefined();
    expect(args.command).toBeUndefined();
  });

  it('puts a value through its reader, with the name of its option', () => {
    expect(parse('--out=5').get('out', (value, option) => `${option} ${Number(value) + 1}`)).toBe('--out 6');
  });

  it('takes repeated options in their order', () => {
    expect(parse('--scope', 'uid=0', '--scope=comm=a').all('scope')).toEqual(['uid=0', 'comm=a']);
  });

  it('takes everything after -- as the command, options and a further -- too', () => {
    const args = parse('--out', 'a', '--', 'ls', '--out', 'b', '--', 'c');
    expect(args.command).toEqual(['ls', '--out', 'b', '--', 'c']);
    expect(args.get('out')).toBe('a');
  });

  it('takes - for a value, which stands for standard output', () => {
    expect(parse('--out', '-').get('out')).toBe('-');
  });

  it('takes a value that looks like an option after =', () => {
    expect(parse('--out=--stats').get('out')).toBe('--stats');
  });

  it('asks for nothing where help is wanted', () => {
    const needy = { ...usage, positionals: { name: 'a file', min: 1, max: 1 } };
    expect(parseArguments(needy, ['-h']).has('help')).toBe(true);
  });
});

describe('what is wrong', () => {
  it.each<[string[], string, RegExp]>([
    [['--otu', 'a'], 'UNKNOWN_OPTION', /mean --out\?/],
    [['--zzz'], 'UNKNOWN_OPTION', /--help/],
    [['-x'], 'UNKNOWN_OPTION', /./],
    [['--out'], 'INVALID_VALUE', /--out=FILE/],
    [['--out='], 'INVALID_VALUE', /--out=FILE/],
    [['--out', '--stats'], 'INVALID_VALUE', /--out=--stats/],
    [['--stats=yes'], 'INVALID_VALUE', /--stats alone/],
    [['--out', 'a', '--out', 'b'], 'USAGE', /once/],
    [['ls', '-l'], 'UNKNOWN_OPTION', /spoor test -- ls -l$/],
    [['--out', 'a', 'ls', '-l', '/'], 'UNKNOWN_OPTION', /spoor test -- ls -l \/$/],
    [['ls', '--otu', '--', 'x'], 'UNKNOWN_OPTION', /mean --out\?/],
    [['ls', '/'], 'USAGE', /spoor test -- ls \//],
    [['--'], 'USAGE', /spoor test -- /],
  ])('%j', (args, code, remedy) => {
    let error: SpoorError | undefined;
    try {
      parse(...args);
    } catch (thrown) {
      error = thrown as SpoorError;
    }
    expect(error).toMatchObject({ name: 'SpoorError', code, remedy: expect.stringMatching(remedy) });
  });

  it('takes no -- where there is no command', () => {
    const { command: _, ...plain } = usage;
    expect(() => parseArguments(plain, ['--', 'ls'])).toThrow(/"ls"/);
  });

  it('wants as many positionals as it needs', () => {
    const needy = { ...usage, positionals: { name: 'a file', min: 1, max: 1 } };
    expect(() => parseArguments(needy, [])).toThrow('needs a file');
    expect(() => parseArguments(needy, ['a', 'b'])).toThrow('"b"');
  });
});
