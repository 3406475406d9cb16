import { describe, expect, it } from 'vitest';
import { outcomeOf } from '../test/outcomes.js';
import { faultsOf, standardOf } from './verdict.js';

describe('recover', () => {
  it('has to be perfect', () => {
    expect(standardOf(outcomeOf({}))).toBe('perfect');
    expect(faultsOf(outcomeOf({}))).toEqual([]);
    expect(faultsOf(outcomeOf({ total: { right: 4 } }))).toEqual(['every event has every fact right']);
    expect(faultsOf(outcomeOf({ total: { lost: 1, right: 4 } }))).toContain('no event is lost');
  });

  it('may neither drop nor hold back', () => {
    const dropping = { exec: { submitted: 1, delivered: 1, dropped: { 'ring-full': 1 } } };
    expect(faultsOf(outcomeOf({ events: dropping }))).toEqual(['no ring dropped an event']);
    const keeping = { exec: { submitted: 2, delivered: 1, dropped: {} } };
    expect(faultsOf(outcomeOf({ events: keeping }))).toEqual(['what was submitted was delivered']);
  });

  it('is held to what still tells when words are lost', () => {
    const setting = { taskStorage: false, wordsEntries: 16 };
    const state = { wordsLost: 9, ancestorRecoveries: 3 };
    expect(standardOf(outcomeOf({ setting }))).toBe('told');
    expect(faultsOf(outcomeOf({ setting, state, total: { forgotten: 1, right: 4 } }))).toEqual([]);
    expect(faultsOf(outcomeOf({ setting, state, total: { wrongBinary: 1 } }))).toHaveLength(1);
    expect(faultsOf(outcomeOf({ setting, state, total: { followWrong: 1 } }))).toHaveLength(1);
    expect(faultsOf(outcomeOf({ setting }))).toEqual([
      'words were lost, and counted',
      'ancestors were asked, and counted',
    ]);
  });
});

describe('the others', () => {
  it('have to fail where the map is too small, or emptied', () => {
    expect(standardOf(outcomeOf({ setting: { mode: 'drop' } }))).toBe('fails');
    expect(standardOf(outcomeOf({ setting: { mode: 'drop' }, mapEntries: 1024 }))).toBe('anything');
    expect(standardOf(outcomeOf({ setting: { mode: 'zero', saboteur: true }, mapEntries: 1024 }))).toBe(
      'fails',
    );
  });

  it('have to fail in the way that they are known for', () => {
    expect(faultsOf(outcomeOf({ setting: { mode: 'drop' } }))).toEqual(['drop loses events']);
    expect(faultsOf(outcomeOf({ setting: { mode: 'drop' }, total: { lost: 1 } }))).toEqual([]);
    expect(faultsOf(outcomeOf({ setting: { mode: 'zero' } }))).toHaveLength(3);
    const forgotten = { forgotten: 1, wrongBinary: 1, wrongNew: 1 };
    expect(faultsOf(outcomeOf({ setting: { mode: 'zero' }, total: forgotten }))).toEqual([]);
  });
});

it('distrusts an experiment that did not do what it is for', () => {
  expect(faultsOf({ ...outcomeOf({}), alive: 299, reused: 0 })).toEqual([
    '300 processes live at once (299)',
    'ids were used again',
  ]);
});
