import { describe, expect, it } from 'vitest';
import { act, hostile } from '../../test/act.js';

/** Makes a script, and tells its inode. `run` executes statements in a child. */
const before = `
#include <sys/sysmacros.h>

__attribute__((unused)) static void make(const char *path, const char *text)
{
	struct stat st;
	int fd = must(open(path, O_CREAT | O_WRONLY, 0755));

	must(write(fd, text, strlen(text)));
	must(fstat(fd, &st));
	tell("%u:%u %lu", major(st.st_dev), minor(st.st_dev), (unsigned long)st.st_ino);
	close(fd);
}

__attribute__((unused)) static void put(const char *path, const char *text)
{
	int fd = must(open(path, O_WRONLY));

	must(write(fd, text, strlen(text)));
	close(fd);
}

#define SCRIPT "#!/bin/sh\\nexit 0\\n"
static char *const arguments[] = { "script", NULL };
static char *const none[] = { NULL };
#define RUN(...)                                                                                               \\
	do {                                                                                                   \\
		pid_t pid = must(fork());                                                                      \\
		if (!pid) {                                                                                    \\
			__VA_ARGS__;                                                                           \\
			_exit(9);                                                                              \\
		}                                                                                              \\
		must(waitpid(pid, NULL, 0));                                                                   \\
	} while (0)
`;

/**
 * Runs the program. Returns what its execs say of scripts, and the flags of these. Kernels without
 * a copy of the arguments flag those.
 */
async function execs(main: string) {
  const { lines, told, folder } = await act({ kinds: ['exec'], before, everything: true, main });
  const found = lines.slice(1).map(({ data, flags }) => {
    const { filename, script, scriptRaw, scriptDevice, scriptInode } = data as Record<string, string>;
    const proven = scriptInode === undefined ? {} : { numbers: `${scriptDevice} ${scriptInode}` };
    const raw = scriptRaw === undefined ? {} : { scriptRaw };
    return {
      filename,
      script,
      ...raw,
      ...proven,
      isScript: flags.includes('script'),
      flags: flags.filter((flag) => flag !== 'user-memory'),
    };
  });
  return { execs: found, told, folder };
}

const shown = { isScript: true, flags: expect.any(Array) };

describe('exec.script', () => {
  it('is the name that was executed, joined to its directory', async () => {
    const { execs: found, folder } = await execs(`
      must(mkdir("d", 0755));
      make("d/script", SCRIPT);
      make(HOSTILE, SCRIPT);
      must(symlink("d/script", "link"));
      RUN(execve("d/script", arguments, none));
      RUN(must(chdir("d")); execve("./script", arguments, none));
      RUN(execve("link", arguments, none));
      RUN(execve("./" HOSTILE, arguments, none));
      RUN(execve("/bin/true", arguments, none));`);
    const bytes = Buffer.from(`${folder}/`).toString('hex') + hostile.hex;
    expect(found).toEqual([
      { filename: 'd/script', script: `${folder}/d/script`, ...shown },
      { filename: './script', script: `${folder}/d/script`, ...shown },
      { filename: 'link', script: `${folder}/link`, ...shown },
      { filename: `./${hostile.text}`, script: `${folder}/${hostile.text}`, scriptRaw: bytes, ...shown },
      { filename: '/bin/true', script: undefined, isScript: false, flags: ['new-process'] },
    ]);
  });

  it('is the file of the descriptor that was executed, with its inode', async () => {
    const {
      execs: found,
      told,
      folder,
    } = await execs(`
      make("script", SCRIPT);
      must(symlink("script", "link"));
      RUN(int fd = must(open("link", O_RDONLY)); fexecve(fd, arguments, none));
      RUN(int fd = must(open("link", O_RDONLY)); syscall(SYS_execveat, fd, "", arguments, none, AT_EMPTY_PATH));
      RUN(int fd = must(open(".", O_RDONLY)); syscall(SYS_execveat, fd, "link", arguments, none, 0));`);
    expect(found).toEqual([
      { filename: '/dev/fd/3', script: `${folder}/script`, numbers: told[0], ...shown },
      { filename: '/dev/fd/3', script: `${folder}/script`, numbers: told[0], ...shown },
      { filename: '/dev/fd/3/link', script: `${folder}/link`, ...shown },
    ]);
    for (const { flags } of found) expect(flags).not.toContain('racy');
  });

  it('is flagged racy if a thread could change the descriptor', async () => {
    const { execs: found, folder } = await execs(`
      make("script", SCRIPT);
      RUN(pthread_t thread; must(-pthread_create(&thread, NULL, (void *)pause, NULL));
          usleep(1000);
          fexecve(must(open("script", O_RDONLY)), arguments, none));`);
    expect(found).toMatchObject([{ script: `${folder}/script` }]);
    expect(found[0]!.flags).toContain('racy');
  });

  it('is the file that binfmt_misc opens for its interpreter', async ({ skip }) => {
    const {
      execs: found,
      told,
      folder,
    } = await execs(`
      must(unshare(CLONE_NEWUSER | CLONE_NEWNS));
      put("/proc/self/uid_map", "0 0 1");
      put("/proc/self/setgroups", "deny");
      put("/proc/self/gid_map", "0 0 1");
      must(mkdir("misc", 0755));
      if (mount("none", "misc", "binfmt_misc", 0, NULL)) {
        tell("skip");
        return 0;
      }
      put("misc/register", ":open:M::SPOOR1::/bin/true:O");
      put("misc/register", ":name:M::SPOOR2::/bin/true:");
      make("opened", "SPOOR1");
      make("named", "SPOOR2");
      must(symlink("opened", "link"));
      RUN(execve("link", arguments, none));
      RUN(execve("named", arguments, none));`);
    if (told[0] === 'skip') return skip('user namespaces have no binfmt_misc of their own before Linux 6.7');
    expect(found).toEqual([
      { filename: 'link', script: `${folder}/opened`, numbers: told[0], ...shown },
      { filename: 'named', script: `${folder}/named`, ...shown },
    ]);
  });

  it('can be asked for in a condition', async () => {
    const { lines, folder } = await act({
      kinds: ['exec'],
      before,
      everything: true,
      options: { scopes: ['script: exec.script=*/script', 'inode: exec.scriptInode>0'] },
      main: `
      make("script", SCRIPT);
      RUN(execve("./script", arguments, none));
      RUN(execve("/bin/true", arguments, none));
      RUN(fexecve(must(open("script", O_RDONLY)), arguments, none));`,
    });
    expect(lines.slice(1).map(({ scopes }) => scopes.slice(1))).toEqual([
      ['script'],
      [],
      ['script', 'inode'],
    ]);
    expect(lines[1]!.data).toMatchObject({ script: `${folder}/script` });
  });
});
