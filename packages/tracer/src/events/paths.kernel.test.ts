import { basename } from 'node:path';
import { expect, it } from 'vitest';
import { act } from '../../test/act.js';

/** For `act`: a private mount namespace, and a detached copy of the mount of a folder. */
const mounts = `
#ifndef OPEN_TREE_CLONE
#define OPEN_TREE_CLONE 1
#endif

__attribute__((unused)) static void own_mounts(void)
{
	must(unshare(CLONE_NEWNS));
	must(mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL));
}

static void make(const char *path)
{
	must(close(must(open(path, O_CREAT | O_EXCL | O_WRONLY, 0700))));
}
`;

it('a path through a detached mount is whole inside its file system, and flagged', async () => {
  const { lines, folder } = await act({
    kinds: ['open', 'mkdir'],
    before: mounts,
    main: `
      own_mounts();
      must(mkdir("a", 0700));
      must(mkdir("a/b", 0700));
      must(mkdir("mp", 0700));
      make("a/b/detached");
      make("a/b/lazy");
      make("a/b/bound");
      int tree = must(syscall(SYS_open_tree, AT_FDCWD, "a/b", OPEN_TREE_CLONE));
      must(openat(tree, "detached", O_RDONLY));
      must(mkdirat(tree, "made", 0700));
      must(mount("a/b", "mp", NULL, MS_BIND, NULL));
      int mp = must(open("mp", O_PATH | O_DIRECTORY));
      must(umount2("mp", MNT_DETACH));
      must(openat(mp, "lazy", O_RDONLY));
      must(mount("a/b", "mp", NULL, MS_BIND, NULL));
      must(open("mp/bound", O_RDONLY));`,
  });
  const opened = (name: string) => {
    const line = lines.find(
      ({ data }) => /O_RDONLY/.test(`${data['flags']}`) && `${data['path']}`.endsWith(`/${name}`),
    );
    return { path: line?.data['path'], unreachable: line?.flags.includes('unreachable') };
  };
  const inside = new RegExp(`/${basename(folder)}/a/b/\\w+$`);
  expect(opened('detached')).toEqual({ path: expect.stringMatching(inside), unreachable: true });
  expect(opened('lazy')).toEqual({ path: expect.stringMatching(inside), unreachable: true });
  expect(opened('bound')).toEqual({ path: `${folder}/mp/bound`, unreachable: false });
  const made = lines.find(({ event, data }) => event === 'mkdir' && data['path'] === 'made');
  expect(made?.data['directory']).toMatch(new RegExp(`/${basename(folder)}/a/b$`));
  expect(made?.flags).toContain('unreachable');
});

it('a directory that was moved out of its mount has its path inside the file system', async () => {
  const { lines, folder } = await act({
    kinds: ['open'],
    before: mounts,
    main: `
      own_mounts();
      must(mkdir("a", 0700));
      must(mkdir("a/moved", 0700));
      must(mkdir("mp", 0700));
      make("a/moved/f");
      must(mount("a", "mp", NULL, MS_BIND, NULL));
      int moved = must(open("mp/moved", O_PATH | O_DIRECTORY));
      must(rename("a/moved", "elsewhere"));
      must(openat(moved, "f", O_RDONLY));`,
  });
  expect(lines.at(-1)).toMatchObject({
    flags: expect.arrayContaining(['unreachable']),
    data: { path: expect.stringMatching(new RegExp(`/${basename(folder)}/elsewhere/f$`)) },
  });
});

it('files outside any tree are not flagged as unreachable', async () => {
  const { lines } = await act({
    kinds: ['open'],
    main: `
      int ends[2], memory = must(memfd_create("memory", 0));
      char path[64];
      must(pipe(ends));
      sprintf(path, "/proc/self/fd/%d", memory);
      must(open(path, O_RDWR));
      sprintf(path, "/proc/self/fd/%d", ends[0]);
      must(open(path, O_RDONLY));
      must(open("/proc/self/ns/mnt", O_RDONLY));`,
  });
  expect(lines.slice(-3).map(({ data }) => data['path'])).toEqual([
    '/memfd:memory',
    expect.anything(),
    expect.anything(),
  ]);
  for (const { flags } of lines) expect(flags).not.toContain('unreachable');
});

it('a program of a detached mount', async () => {
  const { lines, folder } = await act({
    kinds: ['exec', 'exit'],
    before: mounts,
    everything: true,
    main: `
      must(unshare(CLONE_NEWNS));
      must(mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL));
      int tree = must(syscall(SYS_open_tree, AT_FDCWD, "/bin", OPEN_TREE_CLONE));
      if (!must(fork())) {
        char *arguments[] = { "true", NULL };
        must(syscall(SYS_execveat, tree, "true", arguments, NULL, 0));
      }
      must(wait(NULL));
      (void)make;`,
  });
  const child = lines.filter(({ flags }) => flags.includes('unreachable'));
  expect(child.map(({ event }) => event)).toEqual(['exec', 'exit']);
  for (const { exe } of child) expect(exe).toMatch(/\/bin\/true$/);
  expect(folder).not.toBe('');
});

it('a path whose names change all the time is a path that the file had', async () => {
  const opens = 1000;
  const { lines, told, folder } = await act({
    kinds: ['open'],
    main: `
      must(mkdir("A", 0700));
      must(mkdir("A/x", 0700));
      int directory = must(open("A/x", O_PATH | O_DIRECTORY));
      must(close(must(openat(directory, "file", O_CREAT | O_WRONLY, 0600))));
      pid_t child = must(fork());
      /* The file is never in A/y. */
      while (!child) {
        must(rename("A", "B"));
        must(rename("B/x", "B/y"));
        must(rename("B/y", "B/x"));
        must(rename("B", "A"));
      }
      for (int i = 0; i < ${opens}; i++)
        must(close(must(openat(directory, "file", O_RDONLY))));
      must(kill(child, SIGKILL));
      must(waitpid(child, NULL, 0));
      struct stat st;
      tell("%d", stat("A/x/file", &st) && stat("B/x/file", &st) && stat("B/y/file", &st));`,
  });
  expect(told).toEqual(['0']);
  const opened = lines.filter(
    ({ data }) => data['flags'] === 'O_RDONLY' && `${data['path']}`.endsWith('/file'),
  );
  expect(opened).toHaveLength(opens);
  const had = ['A/x', 'B/x', 'B/y'].map((name) => `${folder}/${name}/file`);
  for (const { data, flags } of opened) if (!flags.includes('racy')) expect(had).toContain(data['path']);
  expect(new Set(opened.map(({ data }) => data['path'])).size).toBeGreaterThan(1);
});
