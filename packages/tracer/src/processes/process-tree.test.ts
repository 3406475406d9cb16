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
