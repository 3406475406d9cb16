import { describe, expect, it } from 'vitest';
import { allOf, generator, observationOf, segmentOf } from '../test/invented.js';
import { compare, precision, recall } from './compare.js';
import { eventKey, expectations, parseTruth } from './truth.js';

const child = segmentOf();
const segments = [generator, child];
const open = eventKey.open(1, 0);

/** A trace that is right but for one event. */
const butFor = (key: string, changes: object) =>
  allOf(child).map((observation) => (observation.key === key ? { ...observation, ...changes } : observation));

describe('comparison', () => {
  it('finds nothing wrong with what is right', () => {
    const { total, unexpected, faults } = compare(segments, allOf(child));
    expect(total).toEqual({
      expected: 5,
      delivered: 5,
      lost: 0,
      right: 5,
      duplicated: 0,
      followExpected: 3,
      followFound: 3,
      followWrong: 0,
      forgotten: 0,
      wrongBinary: 0,
      wrongNew: 0,
      wrongOther: 0,
    });
    expect([unexpected, faults]).toEqual([0, []]);
    expect([recall(total), precision(total)]).toEqual([1, 1]);
  });

  it('counts what did not come', () => {
    const { total, faults } = compare(segments, allOf(child).slice(1));
    expect(total).toMatchObject({ expected: 5, delivered: 4, lost: 1, right: 4 });
    expect(faults).toEqual(['generator: fork 101 5000: lost']);
  });

  it('counts what nobody did, and what came twice', () => {
    const stray = observationOf(child, { key: eventKey.open(7, 0) });
    const twice = compare(segments, [...allOf(child), allOf(child)[1]!, stray]);
    expect(twice.total).toMatchObject({ expected: 5, delivered: 5, right: 4, duplicated: 1 });
    expect(twice.unexpected).toBe(1);
  });

  it('tells recall and precision of follow apart', () => {
    const forgotten = compare(segments, butFor(open, { followed: false })).total;
    expect(forgotten).toMatchObject({ right: 4, followFound: 2, forgotten: 1, followWrong: 0 });
    expect([recall(forgotten), precision(forgotten)]).toEqual([2 / 3, 1]);

    const wrong = compare(segments, butFor(eventKey.fork(101, 5000), { followed: true })).total;
    expect(wrong).toMatchObject({ right: 4, followFound: 3, followWrong: 1 });
    expect([recall(wrong), precision(wrong)]).toEqual([1, 3 / 4]);
  });

  it.each([
    ['binary', open, { exe: '' }, { wrongBinary: 1 }],
    ['new flag', open, { isNew: false }, { wrongNew: 1 }],
    ['link of the binary', open, { unlinked: true }, { wrongOther: 1 }],
    ['id', open, { tgid: 9 }, { wrongOther: 1 }],
    ['start time', open, { startTicks: 9 }, { wrongOther: 1 }],
    ['exit status', eventKey.exit(101, 5000), { exitCode: 9 }, { wrongOther: 1 }],
  ])('counts a wrong %s', (_, key, changes, counted) => {
    expect(compare(segments, butFor(key, changes)).total).toMatchObject({ right: 4, lost: 0, ...counted });
  });

  it('keeps shapes apart, and what tells that a process is followed', () => {
    const other = segmentOf({ process: 2, tgid: 102, shape: 'script', told: 'task' });
    const { shapes, told } = compare([generator, child, other], allOf(child));
    expect(shapes.get('script')).toMatchObject({ expected: 3, lost: 3 });
    expect(told.task).toMatchObject({ expected: 3, lost: 3 });
    expect(told.words).toMatchObject({ expected: 3, lost: 0 });
  });
});

describe('expected events', () => {
  const keys = (...changed: Parameters<typeof segmentOf>[0][]) =>
    expectations([generator, ...changed.map(segmentOf)]).map(
      ({ key, segment }) => `${key} of ${segment.process}`,
    );

  it('has a fork with the facts of the parent, and an exec with those of the new image', () => {
    expect(
      keys({ exitCode: null, marks: 0 }, { segment: 1, entered: 'exec', firstMark: 4, marks: 1 }),
    ).toEqual([
      'exit 100 4000 of 0',
      'fork 101 5000 of 0',
      'open 1 4 of 1',
      'exec 1 1 of 1',
      'exit 101 5000 of 1',
    ]);
  });

  it('has nothing for a segment that begins by no event but its marks and threads', () => {
    expect(keys({ entered: 'alive', marks: 0, threads: 1, exitCode: null })).toEqual([
      'exit 100 4000 of 0',
      'thread 101 5000 of 1',
    ]);
  });

  it('refuses a truth that is not whole', () => {
    const line = JSON.stringify(segmentOf({ exitCode: null }));
    expect(() => parseTruth(`${line}\n`)).toThrow(/process 1 \(orphan\) did not write down its end/);
    expect(() => parseTruth('{"process":\n')).toThrow(/line 1 is no JSON/);
    expect(() => expectations([child])).toThrow(/a parent that wrote nothing down/);
    expect(parseTruth(`${JSON.stringify(child)}\n`)).toEqual([child]);
  });
});
