import { mkdirSync, mkdtempSync, renameSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { errorOf } from '@spoor/core/testing';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { readProcess } from './read-process.js';

/** Runs just before a process's `status` is read, which is in the middle of reading it. */
const middle = vi.hoisted(() => ({ acts: [] as (() => void)[] }));

vi.mock('node:fs', async (original) => {
  const fs = await original<typeof import('node:fs')>();
  return {
    ...fs,
    readFileSync: (path: string, options: never) => {
      if (String(path).endsWith('/status')) middle.acts.shift()?.();
      return fs.readFileSync(path, options);
    },
  };
});

let root: string;
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'spoor-race-'));
  middle.acts = [];
  become({ comm: 'old', ticks: 100, uid: 1, program: 'old' });
});
afterEach(() => rmSync(root, { recursive: true }));

interface Owner {
  readonly comm: string;
  readonly ticks: number;
  readonly uid: number;
  readonly program: string;
}

/** Tgid 40 is now this process's: another folder, as in the kernel. */
function become({ comm, ticks, uid, program }: Owner): void {
  const folder = join(root, '40');
  const next = join(root, 'next');
  mkdirSync(next);
  writeFileSync(join(next, 'stat'), `40 (${comm}) S 7 40 40 0 -1 0 1 2 3 4 5 6 7 8 20 0 1 0 ${ticks} 9\n`);
  writeFileSync(join(next, 'status'), `Tgid:\t40\nUid:\t${uid} ${uid} ${uid} ${uid}\n`);
  writeFileSync(join(root, program), '');
  symlinkSync(join(root, program), join(next, 'exe'));
  rmSync(folder, { recursive: true, force: true });
  renameSync(next, folder);
}

/** Makes the process run another program. */
function execute(program: string): void {
  const folder = join(root, '40');
  writeFileSync(join(root, program), '');
  rmSync(join(folder, 'exe'));
  symlinkSync(join(root, program), join(folder, 'exe'));
}

const summary = () => {
  const facts = readProcess(40, { root });
  return (
    facts && [
      facts.comm,
      Number(facts.startTicks),
      facts.uid.real,
      facts.executable?.path.slice(root.length + 1),
    ]
  );
};

describe('a process that changes while it is read', () => {
  it('is read again, whole, when its tgid is used again', () => {
    middle.acts.push(() => become({ comm: 'new', ticks: 200, uid: 2, program: 'new' }));
    expect(summary()).toEqual(['new', 200, 2, 'new']);
  });

  it('is told apart even when both started in the same tick', () => {
    middle.acts.push(() => become({ comm: 'new', ticks: 100, uid: 2, program: 'old' }));
    expect(summary()).toEqual(['new', 100, 2, 'old']);
  });

  it('is refused when another was wanted', () => {
    middle.acts.push(() => become({ comm: 'new', ticks: 200, uid: 2, program: 'new' }));
    const error = errorOf(() => readProcess(40, { root, startTimeNs: 1_000_000_000n }));
    expect(error.code).toBe('IDENTITY_MISMATCH');
  });

  it('is read again when it executes another program', () => {
    middle.acts.push(() => execute('next program'));
    expect(summary()).toEqual(['old', 100, 1, 'next program']);
    expect(middle.acts.length).toBe(0);
  });

  it('is taken as it was last when it executes at every reading', () => {
    for (let time = 0; time < 10; time++) middle.acts.push(() => execute(`program ${time}`));
    expect(summary()).toEqual(['old', 100, 1, 'program 3']);
  });

  it('is undefined if it is another process at every reading', () => {
    for (let time = 0; time < 10; time++) {
      middle.acts.push(() => become({ comm: 'x', ticks: 200 + time, uid: 2, program: 'x' }));
    }
    expect(summary()).toBeUndefined();
  });

  it('is undefined if it exits', () => {
    middle.acts.push(() => rmSync(join(root, '40'), { recursive: true }));
    expect(summary()).toBeUndefined();
  });

  it('is an error when it may not be read', () => {
    middle.acts.push(() => {
      throw Object.assign(new Error('permission denied'), { code: 'EACCES' });
    });
    expect(errorOf(() => readProcess(40, { root }))).toMatchObject({ code: 'NO_PRIVILEGE' });
  });
});
