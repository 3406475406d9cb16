import { describe, expect, it } from 'vitest';
import { act, hostile } from '../../test/act.js';

/** For `act`: executes `true` with a marker, and tells what /proc says right before. */
const before = `
#include <sys/ioctl.h>
#include <sys/sysmacros.h>

__attribute__((unused)) static void become(const char *marker)
{
	char directory[PATH_MAX] = "", line[512], login[16] = "";
	int group, session, terminal;
	FILE *stat = fopen("/proc/self/stat", "r");
	int loginuid = open("/proc/self/loginuid", O_RDONLY);

	if (loginuid >= 0)
		must(read(loginuid, login, sizeof(login) - 1));
	must(readlink("/proc/self/cwd", directory, sizeof(directory) - 1));
	/* The fields of a line end with a tab. */
	for (char *at = directory; *at; at++)
		if (*at < ' ')
			*at = '?';
	must(fgets(line, sizeof(line), stat) ? 0 : -1);
	sscanf(strrchr(line, ')') + 1, " %*c %*d %d %d %d", &group, &session, &terminal);
	tell("%s\\t%s\\t%d\\t%d\\t%d:%d\\t%s", marker, directory, group, session, major(terminal), minor(terminal), login);
	execv("/bin/true", (char *[]){ "true", (char *)marker, NULL });
	exit(98);
}

/* Runs a child and waits for it. */
#define child(...) do { if (!must(fork())) { __VA_ARGS__; } must(wait(NULL)); } while (0)
`;

async function actors(main: string, more = '') {
  const { lines, told, folder } = await act({
    kinds: ['exec'],
    before: before + more,
    main,
    everything: true,
  });
  const reported = new Map(lines.map((line) => [(line.data['argv'] as string[])[1], line]));
  return told.map((row) => {
    const [marker, directory, group, session, terminal, loginuid] = row.split('\t');
    const line = reported.get(marker)!;
    return {
      folder,
      line,
      data: line.data,
      // As /proc has it.
      proc: {
        directory,
        processGroup: Number(group),
        sessionId: Number(session),
        terminal,
        loginuid: loginuid === '' ? undefined : Number(loginuid),
      },
    };
  });
}

describe('the working directory', () => {
  it('is that of the process, by its bytes', async () => {
    const [same, odd, root] = await actors(`
      must(mkdir(HOSTILE, 0700));
      child(become("same"));
      child(must(chdir(HOSTILE)); become("odd"));
      child(must(chdir("/")); become("root"));`);
    expect(same!.data).toMatchObject({ cwd: same!.folder });
    expect(same!.data['cwd']).toBe(same!.proc.directory);
    expect(odd!.data).toMatchObject({
      cwd: `${odd!.folder}/${hostile.text}`,
      cwdRaw: Buffer.from(`${odd!.folder}/`).toString('hex') + hostile.hex,
    });
    expect(odd!.proc.directory).toContain('/evil??[31m???');
    expect(root!.data).toMatchObject({ cwd: '/' });
    expect(root!.proc.directory).toBe('/');
    for (const { line } of [same!, odd!, root!]) expect(line.flags).not.toContain('racy');
  });

  it('keeps the last names of one that is too long, and the name of one that was removed', async () => {
    const [long, removed] = await actors(`
      static char name[201];
      memset(name, 'n', 200);
      must(mkdir("gone", 0700));
      for (int i = 0; i < 21; i++) { must(mkdir(name, 0700)); must(chdir(name)); }
      if (!must(fork())) { execv("/bin/true", (char *[]){ "true", "long", NULL }); exit(98); }
      must(wait(NULL));
      for (int i = 0; i < 21; i++) { must(chdir("..")); must(rmdir(name)); }
      tell("long\\t");
      child(must(chdir("gone")); must(rmdir("../gone")); become("removed"));`);
    expect(long!.data['cwd']).toMatch(/^(\/n{200})+$/);
    expect(long!.data).toMatchObject({ cwdTruncated: true });
    expect(removed!.data).toMatchObject({ cwd: `${removed!.folder}/gone` });
    expect(removed!.data).not.toHaveProperty('cwdTruncated');
    expect(removed!.proc.directory).toBe(`${removed!.folder}/gone (deleted)`);
  });

  it('is the path in the mount namespace, also after chroot, and flagged on a detached mount', async () => {
    const [jailed, detached] = await actors(`
      must(unshare(CLONE_NEWNS));
      must(mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL));
      must(mkdir("m", 0700));
      child(
        must(mount("/", "m", NULL, MS_BIND | MS_REC, NULL));
        must(chroot("m"));
        must(chdir("/bin"));
        become("jailed")
      );
      must(umount2("m", MNT_DETACH));
      must(mount("x", "m", "tmpfs", 0, NULL));
      must(mkdir("m/d", 0700));
      child(must(chdir("m/d")); must(umount2("../../m", MNT_DETACH)); become("detached"));`);
    expect(jailed!.data['cwd']).toMatch(new RegExp(`^${jailed!.folder}/m(/usr)?/bin$`));
    expect(jailed!.line.flags).not.toContain('unreachable');
    expect(detached!.data).toMatchObject({ cwd: '/d' });
    expect(detached!.line.flags).toContain('unreachable');
  });

  it('is a directory that the process had, or flagged, while another process moves it', async () => {
    const { lines, folder } = await act({
      kinds: ['exec'],
      before: `
        static char stack[65536];
        static int run(void *given) { execl("/bin/true", "true", "moved", NULL); return 98; }`,
      main: `
        must(mkdir("a", 0700));
        must(mkdir("a/b", 0700));
        for (int i = 0; i < 100; i++) {
          int deep = 0;
          must(clone(run, stack + sizeof(stack), CLONE_FS | SIGCHLD, NULL));
          while (!must(waitpid(-1, NULL, WNOHANG))) { must(chdir(deep ? "../.." : "a/b")); deep = !deep; }
          if (deep) must(chdir("../.."));
        }`,
      everything: true,
    });
    const moved = lines.filter(({ data }) => (data['argv'] as string[])[1] === 'moved');
    expect(moved).toHaveLength(100);
    const proven = moved.filter(({ flags }) => !flags.includes('racy')).map(({ data }) => data['cwd']);
    for (const cwd of proven) expect([folder, `${folder}/a/b`]).toContain(cwd);
  });

  it('selects execs by a condition', async () => {
    const { lines } = await act({
      kinds: ['exec'],
      before,
      main: 'must(mkdir("d", 0700)); child(become("out")); child(must(chdir("d")); become("in"));',
      options: { scopes: ['inside: exec.cwd=*/d'] },
      everything: true,
    });
    const inside = lines.filter(({ scopes }) => scopes.includes('inside'));
    expect(inside.map(({ data }) => data['argv'])).toEqual([['true', 'in']]);
  });
});

describe('the session, the process group and the login', () => {
  it('are those of /proc', async () => {
    const [first, group, session] = await actors(`
      child(become("first"));
      child(must(setpgid(0, 0)); become("group"));
      child(must(setsid()); become("session"));`);
    for (const { data, proc } of [first!, group!, session!])
      expect(data).toMatchObject({ processGroup: proc.processGroup, sessionId: proc.sessionId });
    expect(group!.data).toMatchObject({
      processGroup: group!.line.tgid,
      sessionId: first!.data['sessionId'],
    });
    expect(session!.data).toMatchObject({ processGroup: session!.line.tgid, sessionId: session!.line.tgid });
  });

  it('have ids of the initial pid namespace', async () => {
    const [inside] = await actors('must(unshare(CLONE_NEWPID)); child(must(setsid()); become("inside"));');
    const { line, data } = inside!;
    expect(data).toMatchObject({ processGroup: line.tgid, sessionId: line.tgid });
    expect(line.tgid).toBeGreaterThan(1);
  });

  it('leave loginuid out until somebody logs in', async () => {
    const rows = await actors(`
      child(become("before"));
      child(
        int login = open("/proc/self/loginuid", O_WRONLY);
        if (login >= 0) must(write(login, "1234", 4));
        become("after")
      );`);
    const unset = 0xffffffff;
    for (const { data, proc } of rows)
      expect(data['loginuid']).toBe(proc.loginuid === unset ? undefined : proc.loginuid);
    const [, after] = rows;
    if (after!.proc.loginuid !== undefined) expect(after!.data['loginuid']).toBe(1234);
  });
});

describe('the terminal', () => {
  it('has its name in /dev, and is left out without one', async () => {
    const [none, pts, other] = await actors(
      `
      child(must(setsid()); become("none"));
      int both = must(posix_openpt(O_RDWR | O_NOCTTY));
      must(unlockpt(both));
      child(take(ptsname(both)); become("pts"));
      /* A terminal of another kind, where the machine has one that is free. */
      child(if (take("/dev/tty63")) become("other"); exit(0));`,
      `
      static int take(const char *path)
      {
        must(setsid());
        int fd = open(path, O_RDWR | O_NOCTTY);
        return fd >= 0 && !ioctl(fd, TIOCSCTTY, 0);
      }`,
    );
    expect(none!.data).not.toHaveProperty('terminal');
    expect(none!.proc.terminal).toBe('0:0');
    const [major, minor] = pts!.proc.terminal!.split(':').map(Number);
    expect(major).toBe(136);
    expect(pts!.data).toMatchObject({ terminal: `pts/${minor}` });
    if (other !== undefined) {
      expect(other.proc.terminal).toBe('4:63');
      expect(other.data).toMatchObject({ terminal: 'tty63' });
    }
  });
});
