import { expect, test } from 'vitest';
import { type TaskFacts, taskFacts } from '../facts.js';
import { parseScope } from '../grammar/parse.js';
import {
  type FollowState,
  followFork,
  followMatch,
  followReplace,
  followVerdict,
  notFollowed,
} from './follow.js';

const scopes = (...texts: string[]) => texts.map((text) => parseScope(text));
const names = (state: FollowState) => [...state.followed];
const verdict = (state: FollowState, facts: Partial<TaskFacts>, ...texts: string[]) =>
  followVerdict(state, taskFacts(facts), scopes(...texts)).map(({ name }) => name);

const npm = 'npm: comm=npm follow';

test('a match that follows sticks; one that does not follow does not', () => {
  const state = followMatch(notFollowed, taskFacts({ comm: 'npm' }), scopes(npm, 'plain: comm=npm'));
  expect(names(state)).toEqual(['npm']);
  // Stickiness: another comm, another user; still followed.
  expect(verdict(state, { comm: 'node', uid: 5 }, npm, 'plain: comm=npm')).toEqual(['npm']);
});

test('a child starts with what its parent carries and is', () => {
  const parent = followMatch(notFollowed, taskFacts({ comm: 'npm' }), scopes(npm));
  const all = scopes(npm, 'sh: comm=sh follow');
  const child = followFork(parent, taskFacts({ comm: 'sh' }), all);
  expect(names(child)).toEqual(['npm', 'sh']);
  // Later changes of the parent do not reach the child.
  expect(names(parent)).toEqual(['npm']);
});

test('follow overrides the other filters of its scope, and only of its scope', () => {
  const state: FollowState = { followed: new Set(['a']), excluded: new Set() };
  expect(verdict(state, { uid: 5 }, 'a: uid=0 comm=x follow', 'b: uid=0 follow')).toEqual(['a']);
});

test('tree=PID is the process and what descends from it', () => {
  const tree = scopes('t: tree=10');
  const root = followMatch(notFollowed, taskFacts({ tgid: 10 }), tree);
  const child = followFork(root, taskFacts({ tgid: 10 }), tree);
  expect(verdict(child, { tgid: 11 }, 't: tree=10')).toEqual(['t']);
  expect(verdict(notFollowed, { tgid: 11 }, 't: tree=10')).toEqual([]);
});

test('tree!=PID leaves out the process and what descends from it, for good', () => {
  const text = 'x: uid=0 tree!=10';
  const out = followMatch(notFollowed, taskFacts({ tgid: 10, uid: 5 }), scopes(text));
  expect([...out.excluded]).toEqual(['x']);
  const child = followFork(out, taskFacts({ tgid: 10 }), scopes(text));
  expect(verdict(child, { tgid: 11, uid: 0 }, text)).toEqual([]);
  expect(verdict(notFollowed, { tgid: 11, uid: 0 }, text)).toEqual(['x']);
  // It is out at once, not only from its next event on.
  expect(verdict(notFollowed, { tgid: 10, uid: 0 }, text)).toEqual([]);
});

test('exclusion beats follow', () => {
  const text = 'x: tree=1 tree!=10';
  const state = followMatch(
    { followed: new Set(['x']), excluded: new Set() },
    taskFacts({ tgid: 10 }),
    scopes(text),
  );
  expect(verdict(state, { tgid: 10 }, text)).toEqual([]);
});

test('names that stay keep their processes; a name that went and came back has none', () => {
  const state: FollowState = { followed: new Set(['a', 'b']), excluded: new Set(['b']) };
  const kept = followReplace(state, scopes('a: uid=0 follow', 'c: uid=1'));
  expect({ followed: names(kept), excluded: [...kept.excluded] }).toEqual({ followed: ['a'], excluded: [] });
  const back = followReplace(kept, scopes('a: uid=0 follow', 'b: uid=0 follow'));
  expect(names(back)).toEqual(['a']);
});

test('a scope that no longer follows or excludes lets go', () => {
  const state: FollowState = { followed: new Set(['a']), excluded: new Set(['b']) };
  expect(verdict(state, { uid: 1 }, 'a: uid=0', 'b: uid=1')).toEqual(['b']);
  expect(verdict(state, { uid: 1 }, 'a: uid=0 follow', 'b: uid=1 tree!=5')).toEqual(['a']);
});
