import { processId } from '@spoor/event';
import { describe, expect, it } from 'vitest';
import type { TreeEvent } from './process-node.js';
import { ProcessTree } from './process-tree.js';

const event = (kind: string, tgid: number, rest: Partial<TreeEvent> = {}): TreeEvent => ({
  kind,
  tgid,
  startTimeNs: BigInt(tgid),
  exe: '/bin/sh',
  comm: 'sh',
  ...rest,
});
const fork = (tgid: number, child: number, rest: Partial<TreeEvent> = {}) =>
  event('fork', tgid, { childTgid: child, childTid: child, childStartTimeNs: BigInt(child), ...rest });

describe('ProcessTree', () => {
  it('links children to parents, and keeps the last exec', () => {
    const tree = new ProcessTree();
    tree.add(event('exec', 10, { argv: ['sh', '-c', 'ls'] }));
    tree.add(fork(10, 11));
    tree.add(event('exec', 11, { exe: '/bin/ls', comm: 'ls', argv: ['ls'] }));
    tree.add(event('exit', 11, { code: 2, signal: 0, durationNs: 5n }));
    const [root] = tree.roots;
    expect(tree.roots).toHaveLength(1);
    expect(root!.children.map(({ exe }) => exe)).toEqual(['/bin/ls']);
    expect(tree.get(11)!.parent).toBe(root);
    expect(tree.get(11)!.exit).toEqual({ code: 2, signal: 0, durationNs: 5n });
    expect(tree.living).toBe(1);
    expect([...root!.counts]).toEqual([
      ['exec', 1],
      ['fork', 1],
    ]);
  });

  it('keeps the program of a process whose exec failed', () => {
    const tree = new ProcessTree();
    tree.add(event('exec', 10, { argv: ['sh'] }));
    tree.add(event('exec-failed', 10, { argv: ['./x'] }));
    expect(tree.get(10)).toMatchObject({ argv: ['sh'], exe: '/bin/sh' });
    expect(Object.fromEntries(tree.get(10)!.counts)).toEqual({ exec: 1, 'exec-failed': 1 });
  });

  it('distinguishes processes by either half of the start time', () => {
    const tree = new ProcessTree();
    const starts: [number, number][] = [
      [10, 0],
      [10, 0],
      [11, 0],
      [10, 1],
      [10, 1],
    ];
    const seen = starts.map(([lo, hi]) => {
      const startTimeNs = (BigInt(hi) << 32n) | BigInt(lo);
      tree.add(event('open', 7, { startTimeNs, startTimeNsLo: lo, startTimeNsHi: hi }));
      return tree.get(7, startTimeNs)?.counts.get('open');
    });
    expect(seen).toEqual([1, 2, 1, 1, 2]);
    // An equal start time with another id is another process.
    tree.add(event('open', 8, { startTimeNs: 2n ** 32n + 10n, startTimeNsLo: 10, startTimeNsHi: 1 }));
    expect(tree.get(8)?.counts.get('open')).toBe(1);
    expect(tree.living).toBe(2);
  });

  it('ignores new threads', () => {
    const tree = new ProcessTree();
    tree.add(event('fork', 10, { childTgid: 10, childTid: 12, childStartTimeNs: 10n }));
    expect(tree.living).toBe(1);
    expect(tree.roots[0]!.children).toEqual([]);
  });

  it('distinguishes a reused id by the start time', () => {
    const tree = new ProcessTree();
    tree.add(event('exec', 10, { startTimeNs: 1n, exe: '/bin/old' }));
    tree.add(event('exec', 10, { startTimeNs: 2n, exe: '/bin/new' }));
    expect(tree.roots.map(({ exe }) => exe)).toEqual(['/bin/old', '/bin/new']);
    expect(tree.get(10, 1n)).toBeUndefined();
    expect(tree.get(10, 2n)!.exe).toBe('/bin/new');
    expect(tree.living).toBe(1);
  });

  it('links a child whose events come before its fork', () => {
    const tree = new ProcessTree();
    tree.add(event('exec', 11, { exe: '/bin/ls' }));
    tree.add(fork(10, 11));
    expect(tree.roots.map(({ tgid }) => tgid)).toEqual([10]);
    expect(tree.roots[0]!.children.map(({ exe }) => exe)).toEqual(['/bin/ls']);
  });

  it('counts an exit once', () => {
    const tree = new ProcessTree();
    tree.add(event('exit', 10, { code: 1 }));
    tree.add(event('exit', 10, { code: 1 }));
    expect(tree.living).toBe(0);
  });

  it('forgets ended processes without children beyond its limit, and no living process', () => {
    const tree = new ProcessTree(100);
    tree.add(event('exec', 1));
    for (let tgid = 2; tgid < 2000; tgid++) {
      tree.add(fork(1, tgid));
      tree.add(event('exit', tgid, { code: 0 }));
    }
    expect(tree.roots[0]!.children.length).toBeLessThanOrEqual(100);
    expect(tree.forgotten).toBeGreaterThanOrEqual(1898);
    expect(tree.get(1)).toBe(tree.roots[0]);
    expect(tree.get(1999)?.exit).toBeDefined();
  });

  it('keeps only living processes with a limit of 0', () => {
    const tree = new ProcessTree(0);
    tree.add(event('exec', 1));
    for (let tgid = 2; tgid < 100; tgid++) {
      tree.add(fork(1, tgid));
      if (tgid % 2 === 0) tree.add(event('exit', tgid, { code: 0 }));
    }
    expect(tree.roots[0]!.children.map(({ tgid }) => tgid)).toEqual(
      Array.from({ length: 49 }, (_, index) => 2 * index + 3),
    );
    expect(tree.forgotten).toBe(49);
  });

  it.each([-1, 0.5, Number.NaN])('rejects a limit of %s', (limit) => {
    expect(() => new ProcessTree(limit)).toThrow(expect.objectContaining({ code: 'INVALID_VALUE' }));
  });

  it('keeps every process below a root if two started each other', () => {
    const tree = new ProcessTree();
    for (const [parent, child] of [
      [1, 2],
      [2, 3],
      [3, 1],
      [2, 2],
    ] as const)
      tree.add(fork(parent, child));
    expect(tree.roots.map(({ tgid }) => tgid)).toEqual([1]);
    expect(tree.get(3)!.parent!.parent).toBe(tree.roots[0]);
    expect(tree.get(3)!.children).toEqual([]);
  });

  it('counts events of any kind name', () => {
    const tree = new ProcessTree();
    for (const kind of ['exec', 'constructor', 'constructor']) tree.add(event(kind, 1));
    expect(tree.get(1)?.counts).toEqual(
      new Map([
        ['exec', 1],
        ['constructor', 2],
      ]),
    );
  });
});

describe('a process tree as a whole', () => {
  const bootId = '0f5a9ba8-7a8b-4b6d-8d5e-0f5a9ba87a8b';
  /** A shell that runs `ls`, then `cat`, which lives. */
  function grown(): ProcessTree {
    const tree = new ProcessTree();
    const known = { bootId };
    tree.add(event('exec', 10, { ...known, timeNs: 12n, argv: ['sh'], cwd: '/root' }));
    tree.add(fork(10, 20, known));
    tree.add(event('exec', 20, { ...known, timeNs: 25n, exe: '/bin/ls', comm: 'ls', argv: ['ls'] }));
    tree.add(event('exec', 20, { ...known, timeNs: 27n, exe: '/bin/id', comm: 'id', argv: ['id', '-u'] }));
    tree.add(event('exit', 20, { ...known, comm: 'id', code: 1, durationNs: 10n }));
    tree.add(fork(10, 30, known));
    tree.add(fork(30, 40, known));
    return tree;
  }

  it('finds processes by their identity, and has their ancestors and descendants', () => {
    const tree = grown();
    const found = tree.find(processId(bootId, 40, 40n));
    expect(found?.tgid).toBe(40);
    expect(tree.find('0000000000000000')).toBeUndefined();
    expect(tree.ancestors(found!).map(({ tgid }) => tgid)).toEqual([30, 10]);
    expect(tree.descendants(tree.get(10)!).map(({ tgid }) => tgid)).toEqual([20, 30, 40]);
    expect(tree.descendants(found!)).toEqual([]);
  });

  it('has no identities without a boot id', () => {
    const tree = new ProcessTree();
    tree.add(event('exec', 10));
    expect(tree.get(10)!.processId).toBeUndefined();
    expect(tree.spans()[0]!.id).toBe('10:10');
  });

  it('gives spans with parents and execs', () => {
    const id = (tgid: number) => processId(bootId, tgid, BigInt(tgid));
    const [shell, list, ...others] = grown().spans(1000n);
    expect(shell).toEqual({
      id: id(10),
      parentId: undefined,
      name: 'sh',
      tgid: 10,
      startNs: 1010n,
      endNs: undefined,
      execs: [{ exe: '/bin/sh', argv: ['sh'], startNs: 1012n, endNs: undefined }],
      exit: undefined,
    });
    expect(list).toMatchObject({
      parentId: id(10),
      name: 'id',
      startNs: 1020n,
      endNs: 1030n,
      execs: [
        { exe: '/bin/ls', startNs: 1025n, endNs: 1027n },
        { exe: '/bin/id', startNs: 1027n, endNs: 1030n },
      ],
      exit: { code: 1 },
    });
    expect(others.map(({ parentId }) => parentId)).toEqual([id(10), id(30)]);
  });

  it('keeps the newest execs of a process that executes many programs', () => {
    const tree = new ProcessTree();
    for (let count = 0; count < 100; count++)
      tree.add(event('exec', 10, { timeNs: BigInt(count), argv: [String(count)] }));
    const { execs, argv } = tree.get(10)!;
    expect(execs.map(({ timeNs }) => Number(timeNs))).toEqual(Array.from({ length: 16 }, (_, at) => 84 + at));
    expect(argv).toEqual(['99']);
  });

  it('is equal after it was saved and loaded, and takes more events', () => {
    const tree = grown();
    // The id of a process that ended without an exit event.
    tree.add(event('exec', 30, { startTimeNs: 300n, bootId, exe: '/bin/new' }));
    const saved = JSON.stringify(tree);
    const loaded = ProcessTree.fromJSON(JSON.parse(saved));
    expect(JSON.stringify(loaded)).toBe(saved);
    expect(loaded.living).toBe(tree.living);
    expect(loaded.get(30)!.exe).toBe('/bin/new');
    for (const each of [tree, loaded]) {
      each.add(fork(40, 50));
      each.add(event('exit', 40, { code: 3, durationNs: 5n }));
    }
    expect(JSON.stringify(loaded)).toBe(JSON.stringify(tree));
    expect(loaded.spans()).toEqual(tree.spans());
  });

  it.each([
    [null, 'data is null'],
    [{ version: 2 }, 'version is a number'],
    [{ bootId: 5 }, 'bootId is a number'],
    [{ processes: {} }, 'processes is an object'],
    [{ processes: [5] }, 'processes[0] is a number'],
    [{ processes: [{ tgid: '1' }] }, 'processes[0].tgid is a string'],
    [{ processes: [{ tgid: 1, startTimeNs: 5 }] }, 'processes[0].startTimeNs is a number'],
    [{ processes: [{ ...saved(), parent: 0 }] }, 'processes[0].parent is a number'],
    [{ processes: [{ ...saved(), execs: [{}] }] }, 'processes[0].execs is an array of other values'],
    [{ processes: [{ ...saved(), counts: { exec: -1 } }] }, 'processes[0].counts is an object'],
  ])('rejects %j as a saved tree', (part, problem) => {
    const data = part && { version: 1, bootId: null, forgotten: 0, processes: [], ...part };
    expect(() => ProcessTree.fromJSON(data)).toThrow(
      expect.objectContaining({ code: 'INVALID_VALUE', message: expect.stringContaining(problem) }),
    );
  });
});

function saved() {
  return { tgid: 1, startTimeNs: '1', exe: '', comm: '', argv: [], execs: [], counts: {} };
}

describe('living processes', () => {
  it('have arguments and a working directory, and an exact start time from their first event on', () => {
    const tree = new ProcessTree();
    const { pid } = process;
    tree.addLiving(pid);
    const own = tree.get(pid)!;
    expect(own).toMatchObject({ startIsExact: false, processId: undefined, cwd: process.cwd() });
    expect(own.argv.length).toBeGreaterThan(0);
    expect(tree.roots).toEqual([own]);
    tree.addLiving(pid);
    expect([tree.living, own.startIsExact]).toEqual([1, false]);
    const startTimeNs = own.startTimeNs + 5n;
    tree.add(fork(pid, 4_000_000, { startTimeNs, bootId: 'x' }));
    expect(tree.get(pid)).toBe(own);
    expect(own).toMatchObject({
      startTimeNs,
      startIsExact: true,
      processId: processId('x', pid, startTimeNs),
    });
    tree.addLiving(pid);
    expect(own).toMatchObject({ startTimeNs, startIsExact: true });
    // In another clock tick, the id is that of another process.
    tree.add(event('exec', pid, { startTimeNs: startTimeNs + 20_000_000n }));
    expect(tree.get(pid)).not.toBe(own);
  });

  it('are not added if they do not exist', () => {
    const tree = new ProcessTree();
    tree.addLiving(2 ** 30);
    expect(tree.living).toBe(0);
  });
});
