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
    { name: 'out', short: 'o', aliases: ['old'], value: 'FILE', help: '' },
    { name: 'scope', value: 'EXPR', multiple: true, help: '' },
    { name: 'stats', help: '' },
  ],
  examples: [],
};

const parse = (...args: string[]) => parseArguments(usage, args);

describe('a valid command line', () => {
  it.each([[['--old', 'a']], [['--old=a']], [['-o', 'a']], [['-oa']]])('accepts %j for --out', (args) => {
    expect(parse(...args).get('out')).toBe('a');
  });

  it('returns the options that were given', () => {
    const args = parse('--out', 'a', '--stats');
    expect(args.get('out')).toBe('a');
    expect(args.has('stats')).toBe(true);
    expect(args.has('scope')).toBe(false);
    expect(args.get('scope')).toBeUndefined();
    expect(args.command).toBeUndefined();
  });

  it('passes a value and the name of its option to the reader', () => {
    expect(parse('--out=5').get('out', (value, option) => `${option} ${Number(value) + 1}`)).toBe('--out 6');
  });

  it('keeps the order of repeated options', () => {
    expect(parse('--scope', 'uid=0', '--scope=comm=a').all('scope')).toEqual(['uid=0', 'comm=a']);
  });

  it('takes everything after -- as the command, including options and a second --', () => {
    const args = parse('--out', 'a', '--', 'ls', '--out', 'b', '--', 'c');
    expect(args.command).toEqual(['ls', '--out', 'b', '--', 'c']);
    expect(args.get('out')).toBe('a');
  });

  it('accepts - as a value, which means standard output', () => {
    expect(parse('--out', '-').get('out')).toBe('-');
  });

  it('accepts a value that looks like an option after =', () => {
    expect(parse('--out=--stats').get('out')).toBe('--stats');
  });

  it('requires no arguments with --help', () => {
    const needy = { ...usage, positionals: { name: 'a file', min: 1, max: 1 } };
    expect(parseArguments(needy, ['-h']).has('help')).toBe(true);
  });
});

describe('an invalid command line', () => {
  it.each<[string[], string, RegExp]>([
    [['--otu', 'a'], 'UNKNOWN_OPTION', /mean --out\?/],
    [['--zzz'], 'UNKNOWN_OPTION', /--help/],
    [['-x'], 'UNKNOWN_OPTION', /./],
    [['--out'], 'INVALID_VALUE', /--out=FILE/],
    [['--out='], 'INVALID_VALUE', /--out=FILE/],
    [['--out', '--stats'], 'INVALID_VALUE', /--out=--stats/],
    [['--stats=yes'], 'INVALID_VALUE', /--stats alone/],
    [['--out', 'a', '--out', 'b'], 'USAGE', /once/],
    [['--out', 'a', '--old', 'b'], 'USAGE', /--out once/],
    [['--old'], 'INVALID_VALUE', /--out=FILE/],
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

  it('rejects -- if the subcommand has no command', () => {
    const { command: _, ...plain } = usage;
    expect(() => parseArguments(plain, ['--', 'ls'])).toThrow("unexpected argument 'ls'");
  });

  it('names the option and the alias of a duplicate', () => {
    expect(() => parse('--out', 'a', '--old', 'b')).toThrow('duplicate --out: --old is another name for it');
    expect(() => parse('--out', 'a', '--out', 'b')).toThrow(/^duplicate --out$/);
  });

  it('quotes the words of a command that lacks its --', () => {
    expect(() => parse('ls', '', 'a b')).toThrow(
      expect.objectContaining({ remedy: `A command comes after "--": spoor test -- ls '' 'a b'` }),
    );
  });

  it('rejects an empty positional', () => {
    const needy = { ...usage, positionals: { name: 'a file', min: 1, max: 1 } };
    expect(() => parseArguments(needy, [''])).toThrow('empty argument: a file');
  });

  it('rejects too few and too many positionals', () => {
    const needy = { ...usage, positionals: { name: 'a file', min: 1, max: 1 } };
    expect(() => parseArguments(needy, [])).toThrow('missing argument: a file');
    expect(() => parseArguments(needy, ['a', 'b'])).toThrow("unexpected argument 'b'");
  });
});
