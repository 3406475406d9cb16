import { describe, expect, it } from 'vitest';
import { act, fromUserMemory, hostile } from '../../test/act.js';

const fromUser = ['user-memory', 'new-process'];

describe('unlink', () => {
  it('reports files, directories and failures', async () => {
    const { data, lines, folder } = await act({
      kinds: ['unlink'],
      main: `
        must(close(must(creat("f", 0600))));
        must(close(must(creat("g", 0600))));
        must(mkdir("d", 0755));
        must(close(must(creat("d/f", 0600))));
        int d = must(open("d", O_RDONLY | O_DIRECTORY));
        char path[PATH_MAX];
        must(unlink("f"));
        must(unlink(strcat(getcwd(path, 4000), "/g")));
        must(unlinkat(d, "f", 0));
        must(rmdir("d"));
        must(mkdir("e", 0755));
        must(unlinkat(AT_FDCWD, "e", AT_REMOVEDIR));
        unlink("missing");
        unlinkat(d, "missing", 0);
        unlinkat(999, "x", 0);
        rmdir("act.c");
        unlink((char *)1);`,
    });
    expect(data).toEqual([
      { path: 'f', directory: folder },
      { path: `${folder}/g` },
      { path: 'f', directory: `${folder}/d` },
      { path: 'd', directory: folder, flags: 'AT_REMOVEDIR' },
      { path: 'e', directory: folder, flags: 'AT_REMOVEDIR' },
      { path: 'missing', directory: folder, error: 'ENOENT' },
      { path: 'missing', directory: `${folder}/d`, error: 'ENOENT' },
      { path: 'x', error: 'EBADF' },
      { path: 'act.c', directory: folder, flags: 'AT_REMOVEDIR', error: 'ENOTDIR' },
      { path: '', pathTruncated: true, directory: folder, error: 'EFAULT' },
    ]);
    for (const { flags } of lines) expect(flags).toEqual(fromUser);
  });

  it('hostile and long names', async () => {
    const { data, folder } = await act({
      kinds: ['unlink'],
      main: `
        must(close(must(creat(HOSTILE, 0600))));
        must(close(must(creat("f", 0600))));
        must(unlink(HOSTILE));
        must(unlink(long_path("f", 4095)));
        unlink(long_path("f", 4096));`,
    });
    expect(data[0]).toEqual({ path: hostile.text, pathRaw: hostile.hex, directory: folder });
    expect(data[1]?.['path']).toMatch(/^\.\/(\.|\/)+f$/);
    expect(data[1]?.['path']).toHaveLength(4095);
    expect(data[1]).not.toHaveProperty('pathTruncated');
    expect(data[2]).toMatchObject({ pathTruncated: true, directory: folder, error: 'ENAMETOOLONG' });
  });
});

describe('rename', () => {
  it('reports renames within and between directories, and failures', async () => {
    const { data, lines, folder } = await act({
      kinds: ['rename'],
      main: `
        must(close(must(creat("a", 0600))));
        must(mkdir("d", 0755));
        int d = must(open("d", O_RDONLY | O_DIRECTORY));
        must(rename("a", "b"));
        must(renameat(AT_FDCWD, "b", d, "c"));
        must(syscall(SYS_renameat2, d, "c", AT_FDCWD, "a", RENAME_NOREPLACE));
        rename("missing", "/b");
        rename("a", "/proc/a");
        syscall(SYS_renameat2, d, "x", 999, "y", RENAME_EXCHANGE | 64);`,
    });
    expect(data).toEqual([
      { path: 'a', directory: folder, newPath: 'b', newDirectory: folder },
      { path: 'b', directory: folder, newPath: 'c', newDirectory: `${folder}/d` },
      { path: 'c', directory: `${folder}/d`, newPath: 'a', newDirectory: folder, flags: 'RENAME_NOREPLACE' },
      { path: 'missing', directory: folder, newPath: '/b', error: 'ENOENT' },
      { path: 'a', directory: folder, newPath: '/proc/a', error: 'EXDEV' },
      { path: 'x', directory: `${folder}/d`, newPath: 'y', flags: 'RENAME_EXCHANGE|0x40', error: 'EINVAL' },
    ]);
    for (const { flags } of lines) expect(flags).toEqual(fromUser);
  });

  it('reports hostile names, and as much as a record can hold', async () => {
    const { data, program } = await act({
      kinds: ['rename'],
      main: `
        must(close(must(creat(HOSTILE, 0600))));
        must(rename(HOSTILE, "2" HOSTILE));
        char name[201];
        memset(name, 'n', 200);
        name[200] = 0;
        for (int i = 0; i < 25; i++) {
          must(mkdir(name, 0755));
          must(chdir(name));
        }
        must(close(must(creat("f", 0600))));
        char *from = strdup(long_path("f", 4095)), *to = strdup(long_path("g", 4095));
        must(rename(from, to));
        must(unlink("g"));
        for (int i = 0; i < 25; i++) {
          must(chdir(".."));
          must(rmdir(name));
        }`,
    });
    expect(data[0]).toMatchObject({
      path: hostile.text,
      pathRaw: hostile.hex,
      newPath: `2${hostile.text}`,
      newPathRaw: `32${hostile.hex}`,
    });
    const full = data[1]!;
    expect(full['path']).toHaveLength(4095);
    expect(full['newPath']).toHaveLength(4095);
    expect(full).not.toHaveProperty('pathTruncated');
    expect(full).not.toHaveProperty('newPathTruncated');
    expect(full['directory']).toMatch(/^(\/n{200}){20}$/);
    expect(full).toMatchObject({ directoryTruncated: true, newDirectoryTruncated: true });
    expect(program).toMatch(/act$/);
  });
});

describe('mkdir', () => {
  it('reports success, failure and hostile names', async () => {
    const { data, lines, folder } = await act({
      kinds: ['mkdir'],
      main: `
        must(mkdir("d", 0750));
        int d = must(open("d", O_RDONLY | O_DIRECTORY));
        must(mkdirat(d, "e", 01777));
        must(mkdir(HOSTILE, 0));
        mkdir("d", 0755);
        mkdirat(d, "missing/x", 0755);
        mkdir("/proc/x", 0755);
        mkdir(long_path("l", 4095), 0700);
        mkdir(long_path("l", 4096), 0700);`,
    });
    const [first, second, third, exists, missing, denied, long, tooLong] = data;
    expect([first, second, third, exists, missing, denied]).toEqual([
      { path: 'd', directory: folder, mode: '0750' },
      { path: 'e', directory: `${folder}/d`, mode: '1777' },
      { path: hostile.text, pathRaw: hostile.hex, directory: folder, mode: '0000' },
      { path: 'd', directory: folder, mode: '0755', error: 'EEXIST' },
      { path: 'missing/x', directory: `${folder}/d`, mode: '0755', error: 'ENOENT' },
      { path: '/proc/x', mode: '0755', error: 'ENOENT' },
    ]);
    expect(long?.['path']).toHaveLength(4095);
    expect(long).not.toHaveProperty('error');
    expect(tooLong).toMatchObject({ pathTruncated: true, error: 'ENAMETOOLONG' });
    for (const { flags } of lines) expect(flags).toEqual(fromUser);
  });
});

describe('chmod', () => {
  it('reports calls by name and by descriptor, and failures', async () => {
    const { data, lines, folder, told } = await act({
      kinds: ['chmod'],
      main: `
        int f = must(creat("f", 0600));
        int d = must(open(".", O_RDONLY | O_DIRECTORY));
        struct stat st;
        must(fstat(f, &st));
        tell("%lu", (unsigned long)st.st_ino);
        must(creat(HOSTILE, 0600));
        must(chmod("f", 0644));
        must(fchmod(f, 04755));
        must(fchmodat(d, "f", 0, 0));
        syscall(452, f, "", 0600, AT_EMPTY_PATH);
        must(chmod(HOSTILE, 0600));
        chmod("missing", 0777);
        fchmod(999, 0777);
        chmod(long_path("f", 4096), 0600);
        must(setuid(1001));
        chmod("/etc", 0777);`,
    });
    expect(data.slice(0, 8)).toEqual([
      { path: 'f', directory: folder, mode: '0644' },
      { path: `${folder}/f`, mode: '4755', inode: told[0], device: expect.stringMatching(/^\d+:\d+$/) },
      { path: 'f', directory: folder, mode: '0000' },
      expect.objectContaining({ path: '', directory: `${folder}/f`, mode: '0600', flags: 'AT_EMPTY_PATH' }),
      { path: hostile.text, pathRaw: hostile.hex, directory: folder, mode: '0600' },
      { path: 'missing', directory: folder, mode: '0777', error: 'ENOENT' },
      { path: '', mode: '0777', error: 'EBADF' },
      expect.objectContaining({ pathTruncated: true, error: 'ENAMETOOLONG' }),
    ]);
    expect(data[8]).toEqual({ path: '/etc', mode: '0777', error: 'EPERM' });
    expect(fromUserMemory(lines)).toEqual([0, 2, 3, 4, 5, 7, 8]);
  });
});

describe('chown', () => {
  it('reports calls by name and by descriptor, and failures', async () => {
    const { data, lines, folder, told } = await act({
      kinds: ['chown'],
      main: `
        int f = must(creat("f", 0600));
        int d = must(open(".", O_RDONLY | O_DIRECTORY));
        struct stat st;
        must(fstat(f, &st));
        tell("%lu", (unsigned long)st.st_ino);
        must(symlink("f", "l"));
        must(creat(HOSTILE, 0600));
        must(chown("f", 1001, 1002));
        must(fchown(f, -1, 7));
        must(lchown("l", 5, -1));
        must(fchownat(d, "f", 0, 0, AT_SYMLINK_NOFOLLOW));
        must(fchownat(f, "", 1, 2, AT_EMPTY_PATH));
        must(chown(HOSTILE, 4294967294u, 0));
        chown("missing", 0, 0);
        fchown(999, 1, 1);
        must(setuid(1001));
        chown("f", 1001, -1);
        chown(long_path("f", 4096), 0, 0);`,
    });
    expect(data.slice(0, 9)).toEqual([
      { path: 'f', directory: folder, owner: 1001, group: 1002 },
      { path: `${folder}/f`, group: 7, inode: told[0], device: expect.stringMatching(/^\d+:\d+$/) },
      { path: 'l', directory: folder, owner: 5, flags: 'AT_SYMLINK_NOFOLLOW' },
      { path: 'f', directory: folder, owner: 0, group: 0, flags: 'AT_SYMLINK_NOFOLLOW' },
      { path: '', directory: `${folder}/f`, owner: 1, group: 2, flags: 'AT_EMPTY_PATH' },
      { path: hostile.text, pathRaw: hostile.hex, directory: folder, owner: 4294967294, group: 0 },
      { path: 'missing', directory: folder, owner: 0, group: 0, error: 'ENOENT' },
      { path: '', owner: 1, group: 1, error: 'EBADF' },
      { path: 'f', directory: folder, owner: 1001, error: 'EACCES' },
    ]);
    expect(data[9]).toMatchObject({ pathTruncated: true, error: 'ENAMETOOLONG' });
    expect(fromUserMemory(lines)).toEqual([0, 2, 3, 4, 5, 6, 8, 9]);
  });
});

describe('link', () => {
  it('reports files, descriptors and failures', async () => {
    const { data, told, lines, folder } = await act({
      kinds: ['link'],
      main: `
        char path[64];
        struct stat st;
        must(close(must(creat("f", 0600))));
        must(mkdir("d", 0700));
        int d = must(open("d", O_RDONLY | O_DIRECTORY));
        must(link("f", "g"));
        must(linkat(AT_FDCWD, "f", d, "h", 0));
        int unnamed = must(open(".", O_TMPFILE | O_RDWR, 0600));
        must(fstat(unnamed, &st));
        tell("%lu %u:%u", (unsigned long)st.st_ino, (unsigned)(st.st_dev >> 8 & 0xfff), (unsigned)(st.st_dev & 0xff));
        sprintf(path, "/proc/self/fd/%d", unnamed);
        must(linkat(AT_FDCWD, path, AT_FDCWD, "named", AT_SYMLINK_FOLLOW));
        must(linkat(unnamed, "", d, "named", AT_EMPTY_PATH));
        strcat(path, "x");
        linkat(AT_FDCWD, path, AT_FDCWD, "x", AT_SYMLINK_FOLLOW);
        link("missing", "x");
        link("f", "g");
        linkat(999, "f", AT_FDCWD, "x", 0);
        link((char *)1, "x");`,
    });
    const [inode, device] = told[0]!.split(' ');
    const to = { newDirectory: folder };
    const proc = expect.stringMatching(/^\/proc\/self\/fd\/\d+$/);
    expect(data).toEqual([
      { path: 'f', directory: folder, newPath: 'g', ...to },
      { path: 'f', directory: folder, newPath: 'h', newDirectory: `${folder}/d` },
      { path: proc, newPath: 'named', ...to, flags: 'AT_SYMLINK_FOLLOW', device, inode },
      {
        path: '',
        directory: expect.stringMatching(new RegExp(`^${folder}/`)),
        newPath: 'named',
        newDirectory: `${folder}/d`,
        flags: 'AT_EMPTY_PATH',
        device,
        inode,
      },
      { path: expect.stringMatching(/x$/), newPath: 'x', ...to, flags: 'AT_SYMLINK_FOLLOW', error: 'ENOENT' },
      { path: 'missing', directory: folder, newPath: 'x', ...to, error: 'ENOENT' },
      { path: 'f', directory: folder, newPath: 'g', ...to, error: 'EEXIST' },
      { path: 'f', newPath: 'x', ...to, error: 'EBADF' },
      { path: '', pathTruncated: true, directory: folder, newPath: 'x', ...to, error: 'EFAULT' },
    ]);
    for (const { flags } of lines) expect(flags).toEqual(fromUser);
  });

  it('hostile names', async () => {
    const { data, folder } = await act({
      kinds: ['link'],
      main: `
        must(close(must(creat("f", 0600))));
        must(link("f", HOSTILE));`,
    });
    expect(data).toEqual([
      { path: 'f', directory: folder, newPath: hostile.text, newPathRaw: hostile.hex, newDirectory: folder },
    ]);
  });
});
