import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { copyFileSync, mkdirSync, mkdtempSync, rmSync, statSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { errorOf } from '@spoor/core/testing';
import { afterEach, describe, expect, it } from 'vitest';
import { kernelDevice } from './executable.js';
import { readProcess } from './read-process.js';

const folders: string[] = [];
const children: ChildProcess[] = [];
afterEach(() => {
  for (const child of children.splice(0)) child.kill('SIGKILL');
  for (const folder of folders.splice(0)) rmSync(folder, { recursive: true });
});
const newFolder = (): string => {
  const folder = mkdtempSync(join(tmpdir(), 'spoor-proc-'));
  folders.push(folder);
  return folder;
};

/** A program that says a line when it runs, then waits until it is killed. */
async function run(path: string): Promise<number> {
  const script = 'console.log("up"); process.stdin.resume()';
  const child = spawn(path, ['-e', script], { stdio: ['pipe', 'pipe', 'ignore'] });
  children.push(child);
  await once(child.stdout!, 'data');
  return child.pid!;
}

describe.runIf(process.platform === 'linux')('readProcess', () => {
  it('reads this process', () => {
    const facts = readProcess(process.pid)!;
    expect(facts.tgid).toBe(process.pid);
    expect(facts.parentTgid).toBe(process.ppid);
    expect(facts.kernelThread).toBe(false);
    expect(facts.uid.real).toBe(process.getuid!());
    expect(facts.uid.effective).toBe(process.geteuid!());
    expect(facts.gid.real).toBe(process.getgid!());
    expect(facts.executable).toMatchObject({ path: process.execPath, deleted: false });
    expect(facts.executable!.inode).toBeGreaterThan(0n);
    for (const name of ['mnt', 'pid', 'net', 'user', 'uts'] as const) {
      expect(facts.namespaces[name]).toBe(Number(statSync(`/proc/self/ns/${name}`).ino));
    }
  });

  it('compares a start time by the tick, and is exact when it was told', () => {
    const { startTimeNs, startIsExact, startTicks } = readProcess(process.pid)!;
    expect(startIsExact).toBe(false);
    expect(startTimeNs).toBe(startTicks * 10_000_000n);
    const exact = readProcess(process.pid, { startTimeNs: startTimeNs + 9_999_999n })!;
    expect(exact).toMatchObject({ startTimeNs: startTimeNs + 9_999_999n, startIsExact: true });
    for (const other of [startTimeNs - 1n, startTimeNs + 10_000_000n]) {
      const error = errorOf(() => readProcess(process.pid, { startTimeNs: other }));
      expect(error.code).toBe('IDENTITY_MISMATCH');
      expect(error.message).toContain(`${process.pid} started at ${startTimeNs} ns, not at ${other} ns`);
    }
  });

  it('knows a deleted executable by the name that it had', async () => {
    const path = join(newFolder(), 'copy of node');
    copyFileSync(process.execPath, path);
    const tgid = await run(path);
    const { inode } = readProcess(tgid)!.executable!;
    expect(readProcess(tgid)!.executable).toMatchObject({ path, deleted: false });
    rmSync(path);
    expect(readProcess(tgid)!.executable).toMatchObject({ path, deleted: true, inode });
  });

  it('does not take a file for deleted whose name says so', async () => {
    const path = join(newFolder(), 'node (deleted)');
    copyFileSync(process.execPath, path);
    const tgid = await run(path);
    expect(readProcess(tgid)!.executable).toMatchObject({ path, deleted: false });
    rmSync(path);
    expect(readProcess(tgid)!.executable).toMatchObject({ path, deleted: true });
  });

  it('has nothing of a process that is gone', async () => {
    const tgid = await run(process.execPath);
    const child = children.at(-1)!;
    child.kill('SIGKILL');
    await once(child, 'exit');
    expect(readProcess(tgid)).toBeUndefined();
  });
});

/** A made-up `/proc` with one process, 40, in the words of the kernel's. */
function fakeProc(files: Record<string, string> = {}): string {
  const root = newFolder();
  const all = {
    '40/stat': '40 (a) b) S 7 40 40 0 -1 4194304 1 2 3 4 5 6 7 8 20 0 1 0 1234 9 9\n',
    '40/status': 'Name:\ta\nTgid:\t40\nUid:\t1\t2\t3\t4\nGid:\t5\t6\t7\t8\nGroups:\t9 10 \n',
    '40/task/40/stat': '',
    ...files,
  };
  for (const [name, text] of Object.entries(all)) {
    mkdirSync(join(root, name, '..'), { recursive: true });
    writeFileSync(join(root, name), text);
  }
  return root;
}

describe('readProcess of another /proc', () => {
  it('reads names with brackets, all ids, and a process without executable', () => {
    expect(readProcess(40, { root: fakeProc() })).toEqual({
      tgid: 40,
      startTicks: 1234n,
      startTimeNs: 12_340_000_000n,
      startIsExact: false,
      parentTgid: 7,
      comm: 'a) b',
      kernelThread: false,
      executable: undefined,
      uid: { real: 1, effective: 2, saved: 3, fs: 4 },
      gid: { real: 5, effective: 6, saved: 7, fs: 8 },
      groups: [9, 10],
      namespaces: expect.objectContaining({ mnt: undefined }),
    });
  });

  it('sees through the time namespace of the reader', () => {
    const root = fakeProc({
      'self/timens_offsets': 'monotonic           5         0\nboottime           -3         5\n',
    });
    expect(readProcess(40, { root })!.startTimeNs).toBe(12_340_000_000n + 2_999_999_995n);
    expect(readProcess(40, { root, startTimeNs: 15_340_000_000n })!.startIsExact).toBe(true);
  });

  it('takes the clock tick from the auxiliary vector', () => {
    const auxv = Buffer.alloc(48);
    [6n, 4096n, 17n, 1000n, 0n, 0n].forEach((word, index) => {
      auxv.writeBigUInt64LE(word, index * 8);
    });
    const root = fakeProc();
    mkdirSync(join(root, 'self'));
    writeFileSync(join(root, 'self/auxv'), auxv);
    expect(readProcess(40, { root })!.startTimeNs).toBe(1_234_000_000n);
  });

  it('refuses the id of a thread', () => {
    const root = fakeProc({ '40/status': 'Tgid:\t39\nUid:\t0 0 0 0\n' });
    const error = errorOf(() => readProcess(40, { root }));
    expect(error).toMatchObject({ code: 'IDENTITY_MISMATCH', remedy: 'Ask for 39.' });
  });

  it('reads the executable from a thread when the leader has exited', () => {
    const exited = '40 (a) Z 7 40 40 0 -1 4194304 1 2 3 4 5 6 7 8 20 0 1 0 1234 9 9\n';
    const root = fakeProc({ '40/stat': exited, program: '', '40/task/41/stat': '', '40/task/41/ns/x': '' });
    symlinkSync(join(root, 'program'), join(root, '40/task/41/exe'));
    symlinkSync('mnt:[4026531841]', join(root, '40/task/41/ns/mnt'));
    const facts = readProcess(40, { root })!;
    expect(facts.executable?.path).toBe(join(root, 'program'));
    expect(facts.namespaces.mnt).toBe(4026531841);
  });

  it('takes device and inode from the mapping, which has those of the file system itself', () => {
    const root = fakeProc({ 'program (x)': '' });
    const path = join(root, 'program (x)');
    writeFileSync(
      join(root, '40/maps'),
      `1000-2000 r-xp 00000000 00:1f 77   /other\n2000-3000 r-xp 00000000 00:2a 4711                   ${path}\n`,
    );
    symlinkSync(path, join(root, '40/exe'));
    expect(readProcess(40, { root })!.executable).toMatchObject({
      device: { major: 0, minor: 42 },
      inode: 4711n,
    });
  });

  it('has none where there is no folder', () => {
    expect(readProcess(41, { root: fakeProc() })).toBeUndefined();
  });
});

describe('kernelDevice', () => {
  it('is 12 bits of major above 20 of minor', () => {
    expect(kernelDevice({ major: 254, minor: 0 })).toBe(0x0fe0_0000);
    expect(kernelDevice({ major: 0xfff, minor: 0xfffff })).toBe(0xffff_ffff);
  });
});
