import { type Event, EventDecoder, LineBuffer, marker } from '@spoor/event';
import { fakeRecord } from '@spoor/event/testing';
import { ProcessTree } from '@spoor/tracer';
import { describe, expect, it } from 'vitest';
import { inScopes } from '../../test/lines.js';
import { noStyle } from './style.js';
import { drawTree, treeRenderer } from './tree.js';

const decoder = new EventDecoder();

function treeOf(records: readonly Uint8Array[]): ProcessTree {
  const tree = new ProcessTree();
  for (const record of records) tree.add(decoder.decode(record) as Event);
  return tree;
}

const plain = { style: noStyle, unicode: true };
const fork = (tgid: number, childTgid: number) =>
  fakeRecord('fork', {
    tgid,
    startTimeNs: BigInt(tgid),
    comm: 'sh',
    exe: '/bin/sh',
    childTgid,
    childTid: childTgid,
    childStartTimeNs: BigInt(childTgid),
  });
const exec = (tgid: number, argv: readonly (string | Uint8Array)[]) =>
  fakeRecord('exec', {
    tgid,
    startTimeNs: BigInt(tgid),
    comm: 'x',
    exe: '/bin/x',
    // The record has a NUL after each argument.
    argv: Buffer.concat(argv.flatMap((word) => [Buffer.from(word), Buffer.of(0)])) as never,
    argc: argv.length,
  });
const exit = (tgid: number, how: { code?: number; signal?: number }) =>
  fakeRecord('exit', { tgid, startTimeNs: BigInt(tgid), comm: 'x', durationNs: 2_500_000n, ...how });

it('names a process without an exec by the bytes of its program, also if they are not UTF-8', () => {
  const name = Uint8Array.of(0x2f, 0xff, 0x1b, 0xc3, 0xa9);
  const who = { tgid: 1, startTimeNs: 1n, childTgid: 2, childTid: 2, childStartTimeNs: 2n };
  const byProgram = treeOf([fakeRecord('fork', { ...who, exe: name, comm: 'x' })]);
  expect(drawTree(byProgram, plain)).toMatch(
    /^\/\\xff\\x1b\u00e9 \(forked\) .*\n\u2514\u2500 \/\\xff\\x1b\u00e9 \(forked\) /,
  );
  const byComm = treeOf([fakeRecord('fork', { ...who, comm: Uint8Array.of(0x61, 0x80) })]);
  expect(drawTree(byComm, plain)).toMatch(/^a\\x80 \(forked\) /);
});

it('draws children below their parents, in the order of their start', () => {
  const tree = treeOf([
    exec(1, ['sh', '-c', 'a | b']),
    fork(1, 2),
    fork(1, 3),
    exec(2, ['a']),
    fork(2, 4),
    exec(4, ['c\n', Uint8Array.of(0xff)]),
    exec(3, ['b']),
    exit(4, { code: 3 }),
    exit(2, { signal: 9 }),
    exit(3, {}),
  ]);
  expect(drawTree(tree, plain)).toBe(
    [
      "sh -c 'a | b'  [1]  still running  exec 1, fork 2\n",
      '├─ a  [2]  2.5 ms  SIGKILL  exec 1, fork 1\n',
      `│  └─ "$(printf 'c')\${IFS#??}" "$(printf '\\377')"  [4]  2.5 ms  exit 3  exec 1\n`,
      '└─ b  [3]  2.5 ms  exit 0  exec 1\n',
    ].join(''),
  );
});

it('names a process without an exec', () => {
  expect(drawTree(treeOf([fork(1, 2)]), { ...plain, unicode: false })).toBe(
    ['/bin/sh (forked)  [1]  still running  fork 1\n', '`- /bin/sh (forked)  [2]  still running\n'].join(''),
  );
});

it('draws a chain of ten thousand processes', () => {
  const tree = treeOf(Array.from({ length: 10_000 }, (_, index) => fork(index + 1, index + 2)));
  expect(drawTree(tree, plain).match(/\n/g)).toHaveLength(10_001);
});

it('reports omitted processes', () => {
  expect(drawTree({ roots: [], forgotten: 1200 }, plain)).toBe('(1,200 ended processes omitted)\n');
});

it('measures the lifetime of the command from its exec, even if execs are not shown', () => {
  const records = [exec(1, ['sh']), fork(1, 2), exec(2, ['x']), exit(2, {}), exit(1, {})];
  const renderer = treeRenderer({ ...plain, kinds: ['open'], time: 'relative' }, () => treeOf(records));
  expect(renderer.alsoTakes).toEqual(['exec']);
  const shown = decoder.decode(fakeRecord('exec', { tgid: 1, startTimeNs: 1n, timeNs: 1_000_001n })) as Event;
  renderer.event(inScopes(shown, ['command']), new LineBuffer());
  expect(renderer.end()).toBe('sh  [1]  1.5 ms  exit 0  exec 1, fork 1\n└─ x  [2]  2.5 ms  exit 0  exec 1\n');
});

describe('a process without an exit', () => {
  const drawnAfter = (mark: ReturnType<typeof marker>) => {
    const renderer = treeRenderer({ ...plain, kinds: [], time: 'relative' }, () => treeOf([exec(1, ['x'])]));
    renderer.event(mark, new LineBuffer());
    return renderer.end();
  };

  it.each([
    ['an exit was dropped', marker({ kind: 'drops', timeNs: 1n, drops: { exit: { 'ring-full': 1 } } })],
    ['an unknown part is missing', marker({ kind: 'gap', reason: 'damaged', position: 1n })],
  ])('is not called running when %s', (_, mark) => {
    expect(drawnAfter(mark)).toBe('x  [1]  exit not seen  exec 1\n');
  });

  it('is not shown as running if scopes can lose a process', () => {
    const options = { ...plain, kinds: [], time: 'relative', exitsUnseen: true } as const;
    expect(treeRenderer(options, () => treeOf([exec(1, ['x'])])).end()).toBe(
      'x  [1]  exit not seen  exec 1\n',
    );
  });

  it('is shown as running if only other kinds were dropped', () => {
    const mark = marker({ kind: 'drops', timeNs: 1n, drops: { open: { 'ring-full': 9 } } });
    expect(drawnAfter(mark)).toBe('x  [1]  still running  exec 1\n');
  });
});
