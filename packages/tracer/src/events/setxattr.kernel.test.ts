import { expect, it } from 'vitest';
import { act, fromUserMemory, hostile } from '../../test/act.js';

const kinds = ['setxattr'] as const;

/** Works in a tmpfs of its own, which takes attributes of the namespace `trusted`. */
const inMount = `
      must(unshare(CLONE_NEWNS));
      must(mount("none", "/", NULL, MS_REC | MS_PRIVATE, NULL));
      must(mkdir("m", 0700));
      must(mount("none", "m", "tmpfs", 0, NULL));
      must(chdir("m"));
      int fd = must(creat("f", 0600));
      (void)fd;
      must(symlink("f", "link"));`;

const note = { attribute: 'trusted.note' };

it('reports attributes that are set and removed by name and by descriptor, and failures', async () => {
  const { data, lines, told, folder } = await act({
    kinds,
    main: `
      ${inMount}
      struct stat st;
      must(fstat(fd, &st));
      tell("%lu", (unsigned long)st.st_ino);
      must(setxattr("f", "trusted.note", "abc", 3, 0));
      must(setxattr("link", "trusted.note", "abcd", 4, XATTR_REPLACE));
      must(lsetxattr("link", "trusted.note", "", 0, XATTR_CREATE));
      must(fsetxattr(fd, "trusted.note", "ab", 2, 0));
      must(removexattr("f", "trusted.note"));
      must(lremovexattr("link", "trusted.note"));
      fremovexattr(fd, "trusted.note");
      setxattr("missing", "trusted.note", "abc", 3, 0);
      setxattr("f", "trusted.note", "abc", 3, 4);
      fsetxattr(999, "trusted.note", "abc", 3, 0);
      setxattr("f", (char *)1, "abc", 3, 0);
      removexattr((char *)1, "trusted.note");`,
  });
  const at = { directory: `${folder}/m` };
  const file = { path: `${folder}/m/f`, device: expect.any(String), inode: told[0] };
  const nofollow = { flags: 'AT_SYMLINK_NOFOLLOW' };
  expect(data).toEqual([
    { call: 'setxattr', ...note, path: 'f', ...at, valueSize: '3' },
    { call: 'setxattr', ...note, path: 'link', ...at, valueSize: '4', xattrFlags: 'XATTR_REPLACE' },
    {
      call: 'lsetxattr',
      ...note,
      path: 'link',
      ...at,
      valueSize: '0',
      xattrFlags: 'XATTR_CREATE',
      ...nofollow,
    },
    { call: 'fsetxattr', ...note, ...file, valueSize: '2' },
    { call: 'removexattr', ...note, path: 'f', ...at },
    { call: 'lremovexattr', ...note, path: 'link', ...at, ...nofollow },
    { call: 'fremovexattr', ...note, ...file, error: 'ENODATA' },
    { call: 'setxattr', ...note, path: 'missing', ...at, valueSize: '3', error: 'ENOENT' },
    { call: 'setxattr', ...note, path: 'f', ...at, valueSize: '3', xattrFlags: '0x4', error: 'EINVAL' },
    { call: 'fsetxattr', ...note, path: '', valueSize: '3', error: 'EBADF' },
    {
      call: 'setxattr',
      attribute: '',
      attributeTruncated: true,
      path: 'f',
      ...at,
      valueSize: '3',
      error: 'EFAULT',
    },
    { call: 'removexattr', ...note, path: '', pathTruncated: true, ...at, error: 'EFAULT' },
  ]);
  expect(fromUserMemory(lines)).toEqual(data.map((_, index) => index));
});

it('reports the calls that take a directory, also where the kernel has none', async () => {
  const { data, told, folder } = await act({
    kinds,
    main: `
      ${inMount}
      struct { uint64_t value; uint32_t size, flags; } given = { (long)"abc", 3, XATTR_CREATE };
      int d = must(open(".", O_RDONLY | O_DIRECTORY));
      tell("%ld", syscall(463, d, "link", 0, "trusted.note", &given, sizeof(given)));
      tell("%ld", syscall(466, d, "link", AT_SYMLINK_NOFOLLOW, "trusted.note"));
      syscall(466, fd, "", AT_EMPTY_PATH, "trusted.other");`,
  });
  const at = { path: 'link', directory: `${folder}/m` };
  const flags = 'AT_SYMLINK_NOFOLLOW';
  expect(data).toMatchObject([
    { call: 'setxattrat', ...note, ...at, valueSize: '3', xattrFlags: 'XATTR_CREATE' },
    { call: 'removexattrat', ...note, ...at, flags, error: expect.stringMatching(/^(ENODATA|ENOSYS)$/) },
    { call: 'removexattrat', path: '', directory: `${folder}/m/f`, flags: 'AT_EMPTY_PATH' },
  ]);
  expect(data[0]?.['error']).toBe(told[0] === '0' ? undefined : 'ENOSYS');
  expect(told[1]).toBe('-1');
});

it('hostile names', async () => {
  const { data, folder } = await act({
    kinds,
    main: `
      ${inMount}
      must(close(must(creat(HOSTILE, 0600))));
      must(setxattr(HOSTILE, "trusted." HOSTILE, "", 0, 0));`,
  });
  const prefix = 'trusted.';
  expect(data).toEqual([
    {
      call: 'setxattr',
      attribute: `${prefix}${hostile.text}`,
      attributeRaw: `${Buffer.from(prefix).toString('hex')}${hostile.hex}`,
      path: hostile.text,
      pathRaw: hostile.hex,
      directory: `${folder}/m`,
      valueSize: '0',
    },
  ]);
});

it('conditions ask for each field', async () => {
  const { lines } = await act({
    kinds,
    options: {
      scopes: [
        'call: setxattr.call=lsetxattr',
        'attribute: setxattr.attribute=trusted.*',
        'path: setxattr.path=*/link',
        'size: setxattr.valueSize>3',
        'create: setxattr.xattrFlags=XATTR_CREATE',
        'flags: setxattr.flags=AT_SYMLINK_NOFOLLOW',
        'error: setxattr.error=ENODATA',
      ],
    },
    main: `
      ${inMount}
      must(setxattr("f", "trusted.note", "abcd", 4, XATTR_CREATE));
      must(lsetxattr("link", "trusted.note", "a", 1, 0));
      removexattr("f", "trusted.other");
      setxattr("f", "security.", "a", 1, 0);`,
  });
  expect(lines.map(({ scopes }) => scopes.slice(1))).toEqual([
    ['attribute', 'size', 'create'],
    ['call', 'attribute', 'path', 'flags'],
    ['attribute', 'error'],
    [],
  ]);
});

it.runIf(process.arch === 'x64')('32-bit callers', async () => {
  const { data, lines, folder } = await act({
    kinds,
    main: `
      ${inMount}
      long f = low_text("f"), link = low_text("link"), value = low_text("abc"), name = low_text("trusted.note");
      must(compat(226, f, name, value, 3, 0));            /* setxattr */
      must(compat(227, link, name, value, 2, XATTR_CREATE)); /* lsetxattr */
      must(compat(228, fd, name, value, 1, 0));           /* fsetxattr */
      must(compat(235, f, name, 0, 0, 0));                /* removexattr */
      must(compat(236, link, name, 0, 0, 0));             /* lremovexattr */
      compat(237, fd, name, 0, 0, 0);                     /* fremovexattr */
      compat(235, low_text(HOSTILE), name, 0, 0, 0);`,
  });
  const own = `${folder}/m/f`;
  expect(data).toMatchObject([
    { call: 'setxattr', ...note, path: 'f', valueSize: '3' },
    { call: 'lsetxattr', ...note, path: 'link', valueSize: '2', xattrFlags: 'XATTR_CREATE' },
    { call: 'fsetxattr', ...note, path: own, valueSize: '1' },
    { call: 'removexattr', ...note, path: 'f' },
    { call: 'lremovexattr', ...note, path: 'link' },
    { call: 'fremovexattr', ...note, path: own, error: 'ENODATA' },
    { call: 'removexattr', path: hostile.text, error: 'ENOENT' },
  ]);
  for (const { flags } of lines) expect(flags).toContain('compat');
});
