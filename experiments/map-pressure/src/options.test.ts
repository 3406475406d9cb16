import { expect, it } from 'vitest';
import { help, parseOptions, settingsOf } from './options.js';

it('runs every mode in every size, with a saboteur and without', () => {
  const settings = settingsOf(parseOptions([]));
  expect(settings).toHaveLength(24);
  expect(settings[0]).toEqual({
    mode: 'drop',
    entries: 100,
    saboteur: false,
    taskStorage: true,
    wordsEntries: undefined,
    processes: 300,
  });
  expect(
    settingsOf(parseOptions(['--full', '--modes', 'recover', '--entries', 'default', '--no-saboteur'])),
  ).toEqual([
    {
      mode: 'recover',
      entries: undefined,
      saboteur: false,
      taskStorage: true,
      wordsEntries: undefined,
      processes: 5000,
    },
  ]);
  expect(
    parseOptions(['--no-task-storage', '--words-entries', '16', '--runs', '10', '--out', 'x']),
  ).toMatchObject({
    taskStorage: false,
    wordsEntries: 16,
    runs: 10,
    out: 'x',
  });
});

it.each([
  [['--runs', '0'], 'INVALID_VALUE'],
  [['--entries', '100,many'], 'INVALID_VALUE'],
  [['--modes', 'keep'], 'INVALID_VALUE'],
  [['--fast'], 'USAGE'],
])('refuses %j', (args, code) => {
  expect(() => parseOptions(args)).toThrow(expect.objectContaining({ code }));
});

it('helps with every option', () => {
  for (const [option] of help.matchAll(/--[a-z-]+/g)) {
    if (['--modes', '--entries'].includes(option)) continue;
    const value = option === '--out' ? ['x'] : ['1'];
    const accepts = (args: string[]) => {
      try {
        return parseOptions(args) !== undefined;
      } catch {
        return false;
      }
    };
    expect([option, accepts([option]) || accepts([option, ...value])]).toEqual([option, true]);
  }
});
