import { expect, it } from 'vitest';
import { act } from '../../test/act.js';
import { sharing as before, expectProof, rounds, turns } from '../../test/shared-tables.js';

it('open: no event names another file without the flags racy and user-memory', async () => {
  const opens = rounds(3000);
  const { data, lines, told, variants } = await act({
    kinds: ['open'],
    before,
    main: `
      pthread_t thread;
      must(close(must(creat("secret", 0600))));
      decoy = must(open("decoy", O_CREAT | O_RDONLY, 0600));
      int secret = must(open("secret", O_RDONLY));
      tell("%lu", inode_of(secret));
      close(secret);
      int fd = next_fd();
      must(pthread_create(&thread, NULL, replace, NULL));
      for (int i = 0; i < ${opens}; i++) {
        wanted = fd;
        close(must(open("secret", O_RDONLY)));
        wanted = -1;
        close(fd);
      }
      stop = 1;
      pthread_join(thread, NULL);`,
  });
  const unproven = lines.slice(-opens).filter(({ flags }) => !flags.includes('racy'));
  expect(data.length).toBeGreaterThanOrEqual(opens);
  expect(unproven.filter((line) => line.data['inode'] !== told[0])).toEqual([]);
  const others = lines.slice(-opens).filter(({ data }) => data['inode'] !== told[0]);
  expect(others.filter(({ flags }) => !flags.includes('user-memory'))).toEqual([]);
  expectProof(lines.slice(-opens), variants);
});

it('mkdir: no event names another directory without the flag racy', async () => {
  const calls = rounds(1000);
  const { lines, told, variants } = await act({
    kinds: ['mkdir'],
    before: `${before}
static char stack[65536];

static int move(void *unused)
{
	while (!stop) {
		must(chdir("../a"));
		must(chdir("../b"));
	}
	return 0;
}
`,
    main: `
      must(mkdir("a", 0700));
      must(mkdir("b", 0700));
      must(chdir("a"));
      int mover = must(clone(move, stack + sizeof(stack), CLONE_FS | CLONE_VM | SIGCHLD, NULL));
      for (int i = 0; i < ${calls}; i++) {
        must(mkdir("made", 0700));
        int in_a = rmdir("../a/made") == 0;
        if (!in_a)
          must(rmdir("../b/made"));
        tell("%s", in_a ? "a" : "b");
      }
      stop = 1;
      waitpid(mover, NULL, 0);`,
  });
  const made = lines.filter(({ data }) => data['path'] === 'made');
  expect(made).toHaveLength(calls);
  const unproven = made.flatMap(({ data, flags }, index) =>
    flags.includes('racy') ? [] : [[String(data['directory']).split('/').pop(), told[index]]],
  );
  expect(unproven.filter(([directory, truth]) => directory !== truth)).toEqual([]);
  expectProof(made, variants);
});

it('fchmod: no event names another file without the flag racy', async () => {
  const calls = rounds(1000);
  const { lines, told, variants, folder } = await act({
    kinds: ['chmod'],
    before: turns,
    main: `
      pthread_t thread;
      struct stat st;
      first = must(open("first", O_CREAT | O_RDWR, 0600));
      second = must(open("second", O_CREAT | O_RDWR, 0600));
      turn = must(dup(first));
      must(pthread_create(&thread, NULL, take_turns, NULL));
      for (int i = 0; i < ${calls}; i++) {
        must(fchmod(turn, 0400 + i % 64));
        must(stat("first", &st));
        tell("%s", (st.st_mode & 0777) == (0400 + i % 64) ? "first" : "second");
        must(chmod("first", 0777));
        must(chmod("second", 0777));
      }
      stop = 1;
      pthread_join(thread, NULL);`,
  });
  const changed = lines.filter(({ data }) => data['inode'] !== undefined);
  expect(changed).toHaveLength(calls);
  const unproven = changed.flatMap(({ data, flags }, index) =>
    flags.includes('racy') ? [] : [[data['path'], `${folder}/${told[index]}`]],
  );
  expect(unproven.filter(([path, truth]) => path !== truth)).toEqual([]);
  expectProof(changed, variants);
});

it('unlinkat and renameat: no event names another directory without the flag racy', async () => {
  const calls = rounds(500);
  const { lines, told, variants, folder } = await act({
    kinds: ['unlink', 'rename'],
    before: `${turns}
static void make(const char *path)
{
	must(close(must(creat(path, 0600))));
}
`,
    main: `
      pthread_t thread;
      must(mkdir("first", 0700));
      must(mkdir("second", 0700));
      first = must(open("first", O_RDONLY));
      second = must(open("second", O_RDONLY));
      turn = must(dup(first));
      must(pthread_create(&thread, NULL, take_turns, NULL));
      for (int i = 0; i < ${calls}; i++) {
        make("first/old");
        make("second/old");
        must(renameat(turn, "old", first, "new"));
        tell("%s", access("first/old", F_OK) ? "first" : "second");
        must(close(must(open("first/old", O_CREAT | O_RDWR, 0600))));
        must(close(must(open("second/old", O_CREAT | O_RDWR, 0600))));
        must(unlinkat(turn, "old", 0));
        tell("%s", access("first/old", F_OK) ? "first" : "second");
      }
      stop = 1;
      pthread_join(thread, NULL);`,
  });
  expect(lines).toHaveLength(2 * calls);
  const unproven = lines.flatMap(({ data, flags }, index) =>
    flags.includes('racy') ? [] : [[data['directory'], `${folder}/${told[index]}`]],
  );
  expect(unproven.filter(([directory, truth]) => directory !== truth)).toEqual([]);
  expectProof(lines, variants);
});

it('a process that shares nothing has no racy event', async () => {
  const { lines } = await act({
    kinds: ['open', 'connect', 'accept', 'mkdir', 'listen', 'bind'],
    before,
    main: `
      must(mkdir("made", 0700));
      must(close(must(open("made", O_RDONLY))));
      open("none", O_RDONLY);
      int server = unix_listener("server", 5);
      must(unix_connect(must(socket(AF_UNIX, SOCK_STREAM, 0)), "server"));
      must(accept(server, NULL, NULL));`,
  });
  expect(new Set(lines.map(({ event }) => event)).size).toBe(6);
  expect(lines.filter(({ flags }) => flags.includes('racy'))).toEqual([]);
});

it('open: a directory that a process changed before it ended has the flag racy', async () => {
  const { lines, folder } = await act({
    kinds: ['open'],
    before: `${before}
static char stack[65536];

static void ignore(int signal)
{
}

/* The end of this process interrupts the call. It shares no directory any more by then. */
static int move(void *parent)
{
	char path[64], text[512];
	const char *state;
	int waits = 0;

	snprintf(path, sizeof(path), "/proc/%d/stat", *(pid_t *)parent);
	while (!waits) {
		int fd = must(open(path, O_RDONLY));

		text[must(read(fd, text, sizeof(text) - 1))] = 0;
		close(fd);
		state = strrchr(text, ')');
		waits = state && state[2] == 'S';
	}
	must(chdir("../b"));
	return 0;
}
`,
    main: `
      pid_t own = getpid();
      struct sigaction action = { .sa_handler = ignore };
      open("absent", O_RDONLY);
      must(mkdir("a", 0700));
      must(mkdir("b", 0700));
      must(chdir("a"));
      must(mkfifo("fifo", 0600));
      must(sigaction(SIGCHLD, &action, NULL));
      must(clone(move, stack + sizeof(stack), CLONE_FS | SIGCHLD, &own));
      if (open("fifo", O_WRONLY) >= 0)
        return 1;
      must(wait(NULL));`,
  });
  const failed = lines.filter(({ data }) => data['error'] !== undefined && data['directory'] !== undefined);
  expect(
    failed.map(({ data: { path, directory, error }, flags }) => [
      path,
      directory,
      error,
      flags.includes('racy'),
    ]),
  ).toEqual([
    ['absent', folder, 'ENOENT', false],
    ['fifo', `${folder}/b`, 'EINTR', true],
  ]);
});

it('open: a process with threads has resolved paths, for every kind of name', async () => {
  const { data, folder } = await act({
    kinds: ['open'],
    before: 'static void *wait_for_ever(void *given) { pause(); return given; }',
    main: `
      pthread_t thread;
      must(mkdir("d", 0700));
      must(close(must(creat("d/file-of-a-long-name", 0600))));
      must(close(must(creat("d/f", 0600))));
      must(pthread_create(&thread, NULL, wait_for_ever, NULL));
      must(open("d/file-of-a-long-name", O_RDONLY));
      must(open("./d/f", O_RDONLY));
      must(chdir("d"));
      must(open("f", O_RDONLY));
      must(open("../d/f", O_RDONLY));
      must(open("./file-of-a-long-name", O_RDONLY));`,
  });
  const long = `${folder}/d/file-of-a-long-name`;
  const short = `${folder}/d/f`;
  expect(data.slice(-5).map(({ path }) => path)).toEqual([long, short, short, short, long]);
  expect(data.slice(-5).every(({ inode }) => inode !== undefined)).toBe(true);
});
