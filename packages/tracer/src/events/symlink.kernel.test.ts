import { expect, it } from 'vitest';
import { act, hostile } from '../../test/act.js';

it('reports the text and the place of symbolic links, and failures', async () => {
  const { data, lines, folder } = await act({
    kinds: ['symlink'],
    main: `
      char path[PATH_MAX];
      must(mkdir("d", 0700));
      int d = must(open("d", O_RDONLY | O_DIRECTORY));
      must(symlink("../nowhere", "a"));
      must(symlink("/etc/shadow", strcat(getcwd(path, 4000), "/b")));
      must(symlinkat("a", d, "c"));
      symlink("a", "a");
      symlink("", "e");
      symlinkat("a", 999, "x");
      symlink((char *)1, "x");
      symlink("a", (char *)1);`,
  });
  const at = { directory: folder };
  expect(data).toEqual([
    { target: '../nowhere', path: 'a', ...at },
    { target: '/etc/shadow', path: `${folder}/b` },
    { target: 'a', path: 'c', directory: `${folder}/d` },
    { target: 'a', path: 'a', ...at, error: 'EEXIST' },
    { target: '', path: 'e', ...at, error: 'ENOENT' },
    { target: 'a', path: 'x', error: 'EBADF' },
    { target: '', targetTruncated: true, path: 'x', ...at, error: 'EFAULT' },
    { target: 'a', path: '', pathTruncated: true, ...at, error: 'EFAULT' },
  ]);
  for (const { flags } of lines) expect(flags).toEqual(['user-memory', 'new-process']);
});

it('hostile and long names', async () => {
  const { data, folder } = await act({
    kinds: ['symlink'],
    main: `
      must(symlink(HOSTILE, HOSTILE));
      must(symlink(long_path("f", 4095), "long"));
      symlink(long_path("f", 4096), "longer");`,
  });
  expect(data).toEqual([
    {
      target: hostile.text,
      targetRaw: hostile.hex,
      path: hostile.text,
      pathRaw: hostile.hex,
      directory: folder,
    },
    { target: expect.stringMatching(/^.{4094}f$/), path: 'long', directory: folder },
    {
      target: expect.stringMatching(/^.{4095}$/),
      targetTruncated: true,
      path: 'longer',
      directory: folder,
      error: 'ENAMETOOLONG',
    },
  ]);
});

it('conditions ask for each field', async () => {
  const { lines } = await act({
    kinds: ['symlink'],
    options: {
      scopes: ['target: symlink.target=/etc/*', 'path: symlink.path=*/a', 'error: symlink.error=EEXIST'],
    },
    main: `
      must(symlink("/etc/passwd", "a"));
      must(symlink("/etc/passwd", "b"));
      symlink("passwd", "a");`,
  });
  expect(lines.map(({ scopes }) => scopes)).toEqual([
    ['command', 'target', 'path'],
    ['command', 'target'],
    ['command', 'path', 'error'],
  ]);
});

it.runIf(process.arch === 'x64')('32-bit callers', async () => {
  const { data, lines, folder } = await act({
    kinds: ['symlink'],
    main: `
      must(compat(83, low_text("t"), low_text(HOSTILE), 0, 0, 0));
      must(compat(304, low_text("t"), AT_FDCWD, low_text("at"), 0, 0));`,
  });
  expect(data).toEqual([
    { target: 't', path: hostile.text, pathRaw: hostile.hex, directory: folder },
    { target: 't', path: 'at', directory: folder },
  ]);
  for (const { flags } of lines) expect(flags).toContain('compat');
});
