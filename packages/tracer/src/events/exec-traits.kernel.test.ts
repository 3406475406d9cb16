import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { act } from '../../test/act.js';

/** The types of a module are not found: then nothing is known of layers. */
const hasOverlay =
  readFileSync('/proc/filesystems', 'utf8').includes('\toverlay\n') &&
  readFileSync('/sys/kernel/btf/vmlinux').includes('\0ovl_inode\0');

/** For `act`: copies of `true`, and how they are executed. */
const before = `
#include <sys/sendfile.h>

static void fill(int to)
{
	struct stat st;
	int from = must(open("/bin/true", O_RDONLY));

	must(fstat(from, &st));
	for (off_t at = 0; at < st.st_size;)
		must(sendfile(to, from, &at, st.st_size - at));
	close(from);
}

__attribute__((unused)) static const char *copy(const char *path, int mode)
{
	int file = must(open(path, O_CREAT | O_EXCL | O_WRONLY, 0700));

	fill(file);
	must(fchmod(file, mode));
	close(file);
	return path;
}

/* Executes a file with a marker, as a user and group. */
__attribute__((unused)) static void run(const char *path, const char *marker, int uid, int gid)
{
	if (!must(fork())) {
		must(setgid(gid));
		must(setuid(uid));
		execv(path, (char *[]){ "true", (char *)marker, NULL });
		exit(98);
	}
	must(wait(NULL));
}
`;

async function traitsOf(main: string) {
  const { lines } = await act({ kinds: ['exec'], before, main, everything: true });
  const executed = lines.filter(({ data }) => (data['argv'] as string[]).length === 2);
  return Object.fromEntries(
    executed.map(({ data }) => [(data['argv'] as string[])[1], data['binaryTraits']]),
  );
}

const own = `
      must(unshare(CLONE_NEWNS));
      must(mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL));
      must(chmod(".", 0755));`;

it('binaryTraits: by whom the mode lets the binary be written', async () => {
  const traits = await traitsOf(`
      ${own}
      must(mkdir("d", 0755));
      must(mount("x", "d", "ramfs", 0, NULL));
      must(chmod("d", 0755));
      run(copy("d/owner", 0755), "owner", 0, 0);
      run("d/owner", "another", 1, 1);
      run("d/owner", "group", 1, 0);
      run(copy("d/fixed", 0555), "fixed", 0, 0);
      must(chown(copy("d/shared", 0575), 2, 3));
      run("d/shared", "of the group", 1, 3);
      run("d/shared", "the owner has none", 2, 3);
      run(copy("d/all", 0557), "all", 1, 1);`);
  expect(traits).toEqual({
    owner: ['in-memory', 'writable'],
    another: ['in-memory'],
    group: ['in-memory'],
    fixed: ['in-memory'],
    'of the group': ['in-memory', 'writable'],
    'the owner has none': ['in-memory'],
    all: ['in-memory', 'writable'],
  });
});

it('binaryTraits: a binary that is in memory, or that has no name', async () => {
  const traits = await traitsOf(`
      ${own}
      must(mkdir("d", 0755));
      must(mount("x", "d", "tmpfs", 0, NULL));
      run("/bin/true", "installed", 1, 1);
      run(copy("d/tmpfs", 0555), "tmpfs", 1, 1);
      int memory = must(memfd_create("x", 0));
      fill(memory);
      char path[64];
      sprintf(path, "/proc/self/fd/%d", memory);
      must(fchmod(memory, 0555));
      int removed = must(open(copy("d/removed", 0555), O_RDONLY));
      must(unlink("d/removed"));
      run(path, "memfd", 1, 1);
      sprintf(path, "/proc/self/fd/%d", removed);
      run(path, "removed", 1, 1);`);
  expect(traits).toEqual({
    installed: undefined,
    tmpfs: ['in-memory'],
    memfd: ['in-memory', 'unlinked'],
    removed: ['in-memory', 'unlinked'],
  });
});

it.runIf(hasOverlay)('binaryTraits: of an overlay, what is not as the lower layer has it', async () => {
  const traits = await traitsOf(`
      ${own}
      must(mkdir("t", 0755));
      must(mount("x", "t", "tmpfs", 0, NULL));
      must(mkdir("t/lower", 0755));
      must(mkdir("t/upper", 0755));
      must(mkdir("t/work", 0755));
      must(mkdir("m", 0755));
      copy("t/lower/image", 0555);
      copy("t/lower/changed", 0555);
      must(mount("x", "m", "overlay", 0, "lowerdir=t/lower,upperdir=t/upper,workdir=t/work"));
      must(chmod("m/changed", 0755));
      run("m/image", "image", 1, 1);
      run("m/changed", "changed", 1, 1);
      run(copy("m/new", 0555), "new", 1, 1);`);
  expect(traits).toEqual({ image: undefined, changed: ['upper-layer'], new: ['upper-layer'] });
});

it('binaryTraits: conditions ask for one of them', async () => {
  const { lines } = await act({
    kinds: ['exec'],
    options: { scopes: ['hidden: exec.binaryTraits=unlinked'] },
    before,
    main: `
      int memory = must(memfd_create("x", 0));
      fill(memory);
      char path[64];
      sprintf(path, "/proc/self/fd/%d", memory);
      run(path, "memfd", 0, 0);
      run("/bin/true", "installed", 0, 0);`,
    everything: true,
  });
  const hidden = lines.filter(({ scopes }) => scopes.includes('hidden'));
  expect(hidden.map(({ data }) => data['argv'])).toEqual([['true', 'memfd']]);
});
