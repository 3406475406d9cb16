import { expect, it } from 'vitest';
import { act } from '../../test/act.js';

/** For `act`: another thread writes to the name of a call. */
const before = `
static union {
	char text[8];
	unsigned long word;
} name;
static volatile int stop;

static unsigned long word_of(const char *text)
{
	unsigned long word = 0;

	memcpy(&word, text, strlen(text));
	return word;
}

/* Writes one name and the other, each as a whole. */
__attribute__((unused)) static void *flip(void *unused)
{
	while (!stop) {
		__atomic_store_n(&name.word, word_of("first"), __ATOMIC_RELAXED);
		__atomic_store_n(&name.word, word_of("second"), __ATOMIC_RELAXED);
	}
	return NULL;
}

/* Changes the name while the call blocks on a pipe. */
__attribute__((unused)) static void *rewrite(void *unused)
{
	wait_until_blocked(getpid(), SYS_openat);
	__atomic_store_n(&name.word, word_of("evil"), __ATOMIC_SEQ_CST);
	must(open("fifo", O_WRONLY));
	return NULL;
}
`;

it('open: a name that changes while the call blocks', async () => {
  const { data, lines, folder } = await act({
    kinds: ['open'],
    before,
    main: `
      pthread_t thread;
      must(mkfifo("fifo", 0600));
      must(close(must(creat("evil", 0600))));
      name.word = word_of("fifo");
      must(pthread_create(&thread, NULL, rewrite, NULL));
      must(open(name.text, O_RDONLY));
      if (name.word != word_of("evil"))
        return 1;
      pthread_join(thread, NULL);`,
  });
  const opened = data.findIndex(({ path, flags }) => path === `${folder}/fifo` && flags === 'O_RDONLY');
  expect(opened).toBeGreaterThan(0);
  // The memory names another file by then. Without a hook that proves the file, this is flagged.
  const { flags = [] } = lines[opened] ?? {};
  expect(flags.includes('user-memory')).toBe(flags.includes('racy'));
  expect(data.filter(({ path, flags }) => path === `${folder}/evil` && flags === 'O_RDONLY')).toEqual([]);
});

it('open: a name that changes all the time', async () => {
  const opens = 5000;
  const { events, told, folder } = await act({
    kinds: ['open'],
    before,
    main: `
      pthread_t thread;
      struct stat st;
      must(close(must(creat("first", 0600))));
      must(close(must(creat("second", 0600))));
      must(stat("first", &st));
      tell("first %lu", (unsigned long)st.st_ino);
      must(stat("second", &st));
      tell("second %lu", (unsigned long)st.st_ino);
      name.word = word_of("first");
      must(pthread_create(&thread, NULL, flip, NULL));
      for (int i = 0; i < ${opens}; i++) {
        int fd = must(open(name.text, O_RDWR));
        must(fstat(fd, &st));
        tell("%lu", (unsigned long)st.st_ino);
        close(fd);
      }
      stop = 1;
      pthread_join(thread, NULL);`,
  });
  const names = new Map(told.slice(0, 2).map((line) => line.split(' ').reverse() as [string, string]));
  const opened = events.slice(-opens);
  expect(opened.map(({ inode }) => String(inode))).toEqual(told.slice(2));
  expect(opened.map(({ path }) => path)).toEqual(
    told.slice(2).map((inode) => `${folder}/${names.get(inode)}`),
  );
  // Both were opened, else the race did not happen.
  expect(new Set(told.slice(2)).size).toBe(2);
});

it('unlink: a changing name is flagged as user memory', async () => {
  const calls = 2000;
  const { data, lines } = await act({
    kinds: ['unlink'],
    before,
    main: `
      pthread_t thread;
      name.word = word_of("first");
      must(pthread_create(&thread, NULL, flip, NULL));
      for (int i = 0; i < ${calls}; i++)
        unlink(name.text);
      stop = 1;
      pthread_join(thread, NULL);`,
  });
  expect(data).toHaveLength(calls);
  for (const { path } of data) expect(['first', 'second']).toContain(path);
  for (const { flags } of lines) expect(flags).toContain('user-memory');
});
