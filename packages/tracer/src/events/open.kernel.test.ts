import { features } from '@spoor/object';
import { describe, expect, it } from 'vitest';
import { act, hostile } from '../../test/act.js';

const fromUser = ['user-memory', 'new-process'];
const fromKernel = ['new-process'];

describe('open', () => {
  it('reports the resolved file, and the wanted name of a failed call', async () => {
    const { lines, data, folder } = await act({
      kinds: ['open'],
      main: `
        close(must(open("made", O_CREAT | O_WRONLY | O_EXCL, 0644)));
        must(symlink("made", "link"));
        must(mkdir("d", 0755));
        int d = must(open("d", O_RDONLY | O_DIRECTORY));
        close(must(openat(d, "../link", O_RDWR | O_CLOEXEC)));
        creat("created", 0600);
        struct open_how how = { .flags = O_RDWR | O_CREAT, .mode = 0600 };
        must(syscall(SYS_openat2, d, "by2", &how, sizeof(how)));
        how.flags = O_WRONLY | O_EXCL;
        how.mode = 0;
        how.resolve = RESOLVE_BENEATH;
        syscall(SYS_openat2, d, "../made", &how, sizeof(how));
        open("missing", O_RDONLY);
        open("made/x", O_WRONLY);
        open((char *)1, O_RDONLY);
        openat(999, "x", O_RDONLY);`,
    });
    const own = data.slice(-10);
    expect(own).toMatchObject([
      { path: `${folder}/made`, flags: 'O_WRONLY|O_CREAT|O_EXCL', fd: 3 },
      { path: `${folder}/d`, flags: 'O_RDONLY|O_DIRECTORY', fd: 3 },
      { path: `${folder}/made`, flags: 'O_RDWR|O_CLOEXEC', fd: 4 },
      { path: `${folder}/created`, flags: 'O_WRONLY|O_CREAT|O_TRUNC', fd: 4 },
      { path: `${folder}/d/by2`, flags: 'O_RDWR|O_LARGEFILE', fd: 5 },
      { path: '../made', directory: `${folder}/d`, flags: 'O_WRONLY|O_EXCL', error: 'EXDEV' },
      { path: 'missing', directory: folder, flags: 'O_RDONLY', error: 'ENOENT' },
      { path: 'made/x', directory: folder, flags: 'O_WRONLY', error: 'ENOTDIR' },
      { path: '', pathTruncated: true, error: 'EFAULT' },
      { path: 'x', error: 'EBADF' },
    ]);
    expect(own[2]).toMatchObject({ inode: own[0]?.['inode'], device: own[0]?.['device'] });
    expect(lines.slice(-10).map(({ flags }) => flags)).toEqual([
      ...new Array(5).fill(fromKernel),
      ...new Array(5).fill(fromUser),
    ]);
  });

  it('reports the root that RESOLVE_IN_ROOT sets', async () => {
    const { lines, folder } = await act({
      kinds: ['open'],
      options: { scopes: ['inside: open.path=*/d/etc/shadow', 'outside: open.path=/etc/shadow'] },
      main: `
        must(mkdir("d", 0755));
        int d = must(open("d", O_PATH | O_DIRECTORY));
        struct open_how how = { .flags = O_RDONLY, .resolve = RESOLVE_IN_ROOT };
        syscall(SYS_openat2, d, "/etc/shadow", &how, sizeof(how));
        syscall(SYS_openat2, d, "none", &how, sizeof(how));`,
    });
    expect(lines.slice(-2)).toMatchObject([
      { data: { path: '/etc/shadow', root: `${folder}/d`, error: 'ENOENT' }, scopes: ['command', 'inside'] },
      { data: { path: 'none', directory: `${folder}/d`, error: 'ENOENT' }, scopes: ['command'] },
    ]);
    for (const { flags } of lines.slice(-2)) expect(flags).toContain('other-root');
  });

  it('hostile and long names', async () => {
    const { data, folder } = await act({
      kinds: ['open'],
      main: `
        close(must(open(HOSTILE, O_CREAT | O_RDWR, 0644)));
        open(HOSTILE "/x", O_RDONLY);
        close(must(open(long_path("act.c", 4095), O_RDONLY)));
        open(long_path("act.c", 4096), O_RDONLY);
        open(long_path("missing", 4095), O_RDONLY);`,
    });
    const [made, failed, long, tooLong, longMissing] = data.slice(-5);
    expect(made).toMatchObject({ path: `${folder}/${hostile.text}` });
    expect(made?.['pathRaw']).toBe(Buffer.from(`${folder}/`).toString('hex') + hostile.hex);
    expect(failed).toMatchObject({
      path: `${hostile.text}/x`,
      pathRaw: `${hostile.hex}2f78`,
      error: 'ENOTDIR',
    });
    expect(long).toMatchObject({ path: `${folder}/act.c` });
    expect(tooLong).toMatchObject({ pathTruncated: true, error: 'ENAMETOOLONG' });
    expect(tooLong?.['path']).toHaveLength(4095);
    expect(longMissing?.['path']).toMatch(/^\.\/(\.|\/)+missing$/);
    expect(longMissing?.['path']).toHaveLength(4095);
    expect(longMissing).not.toHaveProperty('pathTruncated');
  });

  it('reports the end of a path with too many names or bytes', async () => {
    const { data } = await act({
      kinds: ['open'],
      main: `
        for (int i = 0; i < 1500; i++) {
          must(mkdir("d", 0755));
          must(chdir("d"));
        }
        close(must(open("many", O_CREAT | O_WRONLY, 0600)));
        char wide[201];
        memset(wide, 'w', 200);
        wide[200] = 0;
        for (int i = 0; i < 20; i++) {
          must(mkdir(wide, 0755));
          must(chdir(wide));
        }
        close(must(open("long", O_CREAT | O_WRONLY, 0600)));
        must(unlink("long"));
        for (int i = 0; i < 20; i++) {
          must(chdir(".."));
          must(rmdir(wide));
        }
        must(unlink("many"));
        for (int i = 0; i < 1500; i++) {
          must(chdir(".."));
          must(rmdir("d"));
        }`,
    });
    const [many, long] = data.slice(-2);
    if (features.has('bpf_loop')) {
      expect(many?.['path']).toMatch(/^\/tmp\/spoor-act-\w+(\/d){1500}\/many$/);
      expect(many).not.toHaveProperty('pathTruncated');
    } else {
      expect(many).toMatchObject({ path: `${'/d'.repeat(31)}/many`, pathTruncated: true });
    }
    // The nearest 4,095 bytes at most, whole names.
    expect(long?.['path']).toMatch(/^(\/d)*(\/w{200}){20}\/long$/);
    expect(String(long?.['path']).length).toBeGreaterThan(4000);
    expect(long).toHaveProperty('pathTruncated', true);
  });
});
