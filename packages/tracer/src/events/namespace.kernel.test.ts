import { expect, it } from 'vitest';
import { act, hostile } from '../../test/act.js';

const kinds = ['namespace'] as const;

const names = ['cgroup', 'ipc', 'mnt', 'net', 'pid_for_children', 'time_for_children', 'user', 'uts'];
const fields = [
  'cgroupNamespace',
  'ipcNamespace',
  'mntNamespace',
  'netNamespace',
  'pidNamespace',
  'timeNamespace',
  'userNamespace',
  'utsNamespace',
];

/** Prints the namespaces of the thread, as /proc has them; 0 if the kernel does not show one. */
const before = `
static void tell_ids(void)
{
  static const char *const names[] = { ${names.map((name) => `"${name}"`).join(', ')} };
  unsigned long ids[${names.length}] = { 0 };
  char path[64];
  struct stat st;

  for (int i = 0; i < ${names.length}; i++) {
    sprintf(path, "/proc/thread-self/ns/%s", names[i]);
    if (!stat(path, &st))
      ids[i] = st.st_ino;
  }
  tell("${names.map(() => '%lu').join(' ')}", ${names.map((_, index) => `ids[${index}]`).join(', ')});
}`;

/** The fields of an event with these ids. */
const idsOf = (told = '') =>
  Object.fromEntries(
    told.split(' ').map((id, index) => [fields[index], id === '0' ? expect.any(Number) : Number(id)]),
  );

it('reports the namespaces of the thread after unshare and setns, and failures', async () => {
  const { data, told, lines } = await act({
    kinds,
    before,
    main: `
      int uts = must(open("/proc/self/ns/uts", O_RDONLY));
      must(unshare(CLONE_NEWUTS | CLONE_NEWIPC));
      tell_ids();
      must(setns(uts, CLONE_NEWUTS));
      tell_ids();
      must(unshare(CLONE_NEWPID | CLONE_NEWNET | CLONE_NEWCGROUP | CLONE_FS));
      tell_ids();
      must(setns(uts, 0));
      setns(uts, CLONE_NEWNET);
      setns(999, 0);
      unshare(1);`,
  });
  expect(data).toEqual([
    { call: 'unshare', flags: 'CLONE_NEWUTS|CLONE_NEWIPC', ...idsOf(told[0]) },
    { call: 'setns', fd: 3, flags: 'CLONE_NEWUTS', ...idsOf(told[1]) },
    {
      call: 'unshare',
      flags: 'CLONE_FS|CLONE_NEWCGROUP|CLONE_NEWPID|CLONE_NEWNET',
      ...idsOf(told[2]),
    },
    { call: 'setns', fd: 3, ...idsOf(told[2]) },
    { call: 'setns', fd: 3, flags: 'CLONE_NEWNET', error: 'EINVAL' },
    { call: 'setns', fd: 999, error: 'EBADF' },
    { call: 'unshare', flags: '0x1', error: 'EINVAL' },
  ]);
  expect(data[0]).not.toMatchObject({ utsNamespace: data[1]?.['utsNamespace'] });
  for (const { flags } of lines) expect(flags).toEqual(['new-process']);
});

it('reports roots as the kernel has them, and failures', async () => {
  const { data, lines, told, folder } = await act({
    kinds,
    main: `
      struct stat st;
      must(mkdir("d", 0700));
      must(mkdir("d/e", 0700));
      must(symlink("d", "link"));
      must(stat("d/e", &st));
      tell("%lu", (unsigned long)st.st_ino);
      chroot("missing");
      chroot((char *)1);
      chroot("told");
      must(chroot("link/../d//e"));
      chroot("/missing");
      must(chroot(".."));`,
  });
  const parent = folder.replace(/\/[^/]*$/, '');
  const file = { device: expect.any(String), inode: expect.any(String) };
  expect(data).toEqual([
    { call: 'chroot', path: 'missing', directory: folder, error: 'ENOENT' },
    { call: 'chroot', path: '', pathTruncated: true, directory: folder, error: 'EFAULT' },
    { call: 'chroot', path: 'told', directory: folder, error: 'ENOTDIR' },
    { call: 'chroot', path: `${folder}/d/e`, ...file, inode: told[0] },
    { call: 'chroot', path: '/missing', root: `${folder}/d/e`, error: 'ENOENT' },
    { call: 'chroot', path: parent, ...file },
  ]);
  expect(lines.map(({ flags }) => flags.includes('user-memory'))).toEqual([
    true,
    true,
    true,
    false,
    true,
    false,
  ]);
});

/** Makes mounts of its own, which end with the process. */
const inMounts = `
      must(unshare(CLONE_NEWNS));
      must(mount("none", "/", NULL, MS_REC | MS_PRIVATE, NULL));
      must(mkdir("new", 0700));
      must(mount("none", "new", "tmpfs", 0, NULL));
      must(chdir("new"));
      must(mkdir("old", 0700));
      must(mkdir(HOSTILE, 0700));
      must(mount("none", HOSTILE, "tmpfs", 0, NULL));`;

it('reports what is unmounted, and the names of a new root', async () => {
  const { data, folder } = await act({
    kinds,
    main: `
      ${inMounts}
      umount2("missing", MNT_FORCE | UMOUNT_NOFOLLOW);
      umount2("old", MNT_EXPIRE);
      must(umount2(HOSTILE, MNT_DETACH));
      syscall(SYS_pivot_root, "missing", HOSTILE);
      must(syscall(SYS_pivot_root, ".", "old"));
      must(chroot("."));
      must(umount2("/old", MNT_DETACH));`,
  });
  const at = { directory: `${folder}/new` };
  const file = { device: expect.any(String), inode: expect.any(String) };
  const evil = { path: hostile.text, pathRaw: hostile.hex };
  expect(data.slice(1)).toEqual([
    {
      call: 'umount',
      path: 'missing',
      ...at,
      umountFlags: 'MNT_FORCE|UMOUNT_NOFOLLOW',
      error: 'ENOENT',
    },
    { call: 'umount', path: 'old', ...at, umountFlags: 'MNT_EXPIRE', error: 'EINVAL' },
    { call: 'umount', ...evil, ...at, umountFlags: 'MNT_DETACH' },
    {
      call: 'pivot_root',
      path: 'missing',
      ...at,
      putOld: hostile.text,
      putOldRaw: hostile.hex,
      error: 'ENOENT',
    },
    { call: 'pivot_root', path: '.', putOld: 'old', ...file },
    { call: 'chroot', path: '/', ...file },
    { call: 'umount', path: '/old', root: '/', umountFlags: 'MNT_DETACH' },
  ]);
  expect(data[6]).toMatchObject({ inode: data[5]?.['inode'] });
});

it('conditions ask for each field', async () => {
  const { lines, told } = await act({
    kinds,
    options: {
      scopes: [
        'call: namespace.call=umount,pivot_root',
        'path: namespace.path=*/missing',
        'old: namespace.putOld=here',
        'fd: namespace.fd=999',
        'flags: namespace.flags=CLONE_NEWUTS',
        'umount: namespace.umountFlags=MNT_DETACH',
        'ids: namespace.mntNamespace>0',
        'error: namespace.error=EBADF',
      ],
    },
    main: `
      must(unshare(CLONE_NEWUTS));
      setns(999, 0);
      chroot("missing");
      syscall(SYS_pivot_root, "missing", "here");
      umount2("missing", MNT_DETACH);
      tell("end");`,
  });
  expect(told).toEqual(['end']);
  expect(lines.map(({ scopes }) => scopes.slice(1))).toEqual([
    ['flags', 'ids'],
    ['fd', 'error'],
    ['path'],
    ['call', 'path', 'old'],
    ['call', 'path', 'umount'],
  ]);
});

it.runIf(process.arch === 'x64')('32-bit callers', async () => {
  const { data, lines, folder } = await act({
    kinds,
    main: `
      ${inMounts}
      long evil = low_text(HOSTILE), here = low_text("."), old = low_text("old");
      must(compat(22, evil, MNT_DETACH, 0, 0, 0));   /* umount, which takes no flags */
      compat(52, evil, MNT_DETACH, 0, 0, 0);         /* umount2 */
      compat(346, 999, CLONE_NEWNET, 0, 0, 0);       /* setns */
      must(compat(310, CLONE_NEWUTS, 0, 0, 0, 0));   /* unshare */
      must(compat(217, here, old, 0, 0, 0));         /* pivot_root */
      must(compat(61, old, 0, 0, 0, 0));             /* chroot */`,
  });
  const own = data.slice(1);
  const at = { path: hostile.text, pathRaw: hostile.hex, directory: `${folder}/new` };
  expect(own.slice(0, 3)).toEqual([
    { call: 'umount', ...at },
    { call: 'umount', ...at, umountFlags: 'MNT_DETACH', error: 'EINVAL' },
    { call: 'setns', fd: 999, flags: 'CLONE_NEWNET', error: 'EBADF' },
  ]);
  expect(own.slice(3)).toMatchObject([
    { call: 'unshare', flags: 'CLONE_NEWUTS', utsNamespace: expect.any(Number) },
    { call: 'pivot_root', path: '.', putOld: 'old' },
    { call: 'chroot', path: '/old' },
  ]);
  for (const { flags } of lines.slice(1)) expect(flags).toContain('compat');
});
