import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { act } from '../../test/act.js';

const fileSystems = readFileSync('/proc/filesystems', 'utf8');
/** The types of a module are not found. The device of the superblock is reported instead. */
const isBuiltIn = (name: string, struct: string) =>
  fileSystems.includes(`\t${name}\n`) && readFileSync('/sys/kernel/btf/vmlinux').includes(`\0${struct}\0`);
const hasOverlay = isBuiltIn('overlay', 'ovl_inode');
const makesBtrfs = spawnSync('mkfs.btrfs', ['--version']).status === 0;
/** In continuous integration a missing `mkfs.btrfs` is a failure. */
const hasBtrfs = isBuiltIn('btrfs', 'btrfs_inode') && (makesBtrfs || process.env['CI'] === 'true');

/** For `act`: opens a file and prints its name, device and inode as stat(2) has them. */
const before = `
#include <sys/sysmacros.h>

__attribute__((unused)) static void make(const char *path)
{
	must(close(must(open(path, O_CREAT | O_EXCL | O_WRONLY, 0755))));
}

static void look(const char *path)
{
	struct stat st;
	int fd = must(open(path, O_RDONLY));

	must(fstat(fd, &st));
	tell("%s %u:%u %lu", path, major(st.st_dev), minor(st.st_dev), (unsigned long)st.st_ino);
	close(fd);
}
`;

/** Formats the numbers that were reported per file, as the program prints them. */
function numbers({ data, folder }: { data: readonly Record<string, unknown>[]; folder: string }): string[] {
  return data
    .filter(({ flags, path }) => flags === 'O_RDONLY' && String(path).startsWith(`${folder}/`))
    .map(({ path, device, inode }) => `${String(path).slice(folder.length + 1)} ${device} ${inode}`);
}

/** Lower files (unchanged, copied up, with two names), an upper file, and directories of both. */
const overlay = (options: string, { isOneFileSystem = false } = {}) => `
      must(unshare(CLONE_NEWNS));
      must(mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL));
      must(mkdir("lo", 0755));
      must(mkdir("up", 0755));
      must(mkdir("m", 0755));
      must(mount("x", "lo", "tmpfs", 0, NULL));
      ${isOneFileSystem ? 'must(mount("lo", "up", NULL, MS_BIND, NULL));' : 'must(mount("x", "up", "tmpfs", 0, NULL));'}
      must(mkdir("up/u", 0755));
      must(mkdir("up/w", 0755));
      must(mkdir("lo/l", 0755));
      must(mkdir("lo/l/both", 0755));
      make("lo/l/lower");
      make("lo/l/copied");
      make("lo/l/one");
      must(link("lo/l/one", "lo/l/two"));
      must(mount("x", "m", "overlay", 0, "lowerdir=lo/l,upperdir=up/u,workdir=up/w,${options}"));
      make("m/upper");
      make("m/both/upper");
      look("m/copied");
      must(chmod("m/copied", 0700));
      must(chmod("m/one", 0700));
      const char *paths[] = { "m/lower", "m/copied", "m/one", "m/two", "m/upper", "m/both/upper", "m/both", "m" };
      for (int i = 0; i < 8; i++)
        look(paths[i]);`;

it.runIf(hasOverlay).each([
  { options: 'xino=off', isOneFileSystem: false },
  { options: 'xino=on', isOneFileSystem: false },
  { options: 'xino=off,index=on', isOneFileSystem: false },
  { options: 'xino=off', isOneFileSystem: true },
])(
  'device and inode on overlayfs are those of stat(2): $options $isOneFileSystem',
  async ({ options, isOneFileSystem }) => {
    const acted = await act({ kinds: ['open'], before, main: overlay(options, { isOneFileSystem }) });
    expect(acted.told).toHaveLength(9);
    expect(numbers(acted)).toEqual(acted.told);
    if (!isOneFileSystem && options.startsWith('xino=off'))
      expect(new Set(acted.told.map((line) => line.split(' ')[1])).size).toBeGreaterThan(2);
  },
);

it.runIf(hasOverlay)('the device of a program on overlayfs is that of stat(2)', async () => {
  const { told, data, folder } = await act({
    kinds: ['exec'],
    before,
    everything: true,
    main: `${overlay('xino=off')}
      must(system("cp /bin/true m/program"));
      look("m/program");
      must(system("m/program"));`,
  });
  const run = data.find(({ path }) => path === `${folder}/m/program`);
  expect(`m/program ${run?.['device']} ${run?.['inode']}`).toBe(told.at(-1));
});

it.runIf(hasOverlay)(
  'a file of overlayfs that is mapped has the path of overlayfs, and its numbers',
  async () => {
    const { told, data, folder } = await act({
      kinds: ['map-exec'],
      before,
      main: `${overlay('xino=off')}
      look("m/lower");
      must((long)mmap(NULL, 4096, PROT_READ | PROT_EXEC, MAP_PRIVATE, must(open("m/lower", O_RDONLY)), 0));`,
    });
    const { path, device, inode } = data.at(-1)!;
    expect({ path, numbers: `m/lower ${device} ${inode}` }).toEqual({
      path: `${folder}/m/lower`,
      numbers: told.at(-1),
    });
  },
);

it.runIf(hasBtrfs)('device and inode on btrfs are those of stat(2), in each subvolume', async () => {
  const acted = await act({
    kinds: ['open'],
    before,
    main: `
      must(unshare(CLONE_NEWNS));
      must(mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL));
      must(mkdir("m", 0755));
      if (system("truncate -s 128M image && mkfs.btrfs -q image >/dev/null 2>&1 && mount -o loop image m && btrfs -q subvolume create m/sub"))
        exit(98);
      make("m/f");
      make("m/sub/f");
      look("m/f");
      look("m/sub/f");
      must(umount("m"));`,
  });
  expect(acted.told).toHaveLength(2);
  expect(numbers(acted)).toEqual(acted.told);
  expect(new Set(acted.told.map((line) => line.split(' ')[1])).size).toBe(2);
});
