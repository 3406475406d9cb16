import { expect, it } from 'vitest';
import { act, hostile } from '../../test/act.js';

it('reports the type, the mode and the number of devices, pipes and files, and failures', async () => {
  const { data, lines, folder } = await act({
    kinds: ['mknod'],
    before: '#include <sys/sysmacros.h>',
    main: `
      must(mkdir("d", 0700));
      int d = must(open("d", O_RDONLY | O_DIRECTORY));
      must(syscall(SYS_mknodat, AT_FDCWD, "pipe", S_IFIFO | 0640, 0));
      must(syscall(SYS_mknodat, d, "null", S_IFCHR | 0666, makedev(1, 3)));
      must(syscall(SYS_mknodat, d, "disk", S_IFBLK | 0600, makedev(259, 300)));
      must(syscall(SYS_mknodat, d, "socket", S_IFSOCK | 0777, 0));
      must(syscall(SYS_mknodat, d, "file", S_IFREG | S_ISUID | 0755, 7));
      must(syscall(SYS_mknodat, d, "plain", 0600, 0));
      syscall(SYS_mknodat, d, "null", S_IFCHR, makedev(4095, 1048575));
      syscall(SYS_mknodat, d, "x", S_IFDIR | 0700, 0);
      syscall(SYS_mknodat, d, "x", 0070000, 0);
      syscall(SYS_mknodat, 999, "x", S_IFIFO, 0);
      syscall(SYS_mknodat, d, (char *)1, S_IFIFO, 0);`,
  });
  const at = { directory: `${folder}/d` };
  expect(data).toEqual([
    { path: 'pipe', directory: folder, type: 'fifo', mode: '0640' },
    { path: 'null', ...at, type: 'character', mode: '0666', deviceNumber: '1:3' },
    { path: 'disk', ...at, type: 'block', mode: '0600', deviceNumber: '259:300' },
    { path: 'socket', ...at, type: 'socket', mode: '0777' },
    { path: 'file', ...at, type: 'regular', mode: '4755' },
    { path: 'plain', ...at, type: 'regular', mode: '0600' },
    { path: 'null', ...at, type: 'character', mode: '0000', deviceNumber: '4095:1048575', error: 'EEXIST' },
    { path: 'x', ...at, type: 'directory', mode: '0700', error: 'EPERM' },
    { path: 'x', ...at, type: '7', mode: '0000', error: 'EINVAL' },
    { path: 'x', type: 'fifo', mode: '0000', error: 'EBADF' },
    { path: '', pathTruncated: true, ...at, type: 'fifo', mode: '0000', error: 'EFAULT' },
  ]);
  for (const { flags } of lines) expect(flags).toEqual(['user-memory', 'new-process']);
});

it('hostile names', async () => {
  const { data, folder } = await act({
    kinds: ['mknod'],
    main: 'must(mknod(HOSTILE, S_IFIFO | 0600, 0));',
  });
  expect(data).toEqual([
    { path: hostile.text, pathRaw: hostile.hex, directory: folder, type: 'fifo', mode: '0600' },
  ]);
});

it('conditions ask for each field', async () => {
  const { lines } = await act({
    kinds: ['mknod'],
    before: '#include <sys/sysmacros.h>',
    options: {
      scopes: [
        'path: mknod.path=*/b',
        'type: mknod.type=character,block',
        'mode: mknod.mode=0640',
        'device: mknod.deviceNumber=1:3',
        'error: mknod.error=EEXIST',
      ],
    },
    main: `
      must(mknod("a", S_IFCHR | 0640, makedev(1, 3)));
      must(mknod("b", S_IFIFO | 0600, makedev(1, 3)));
      mknod("b", S_IFBLK | 0600, makedev(1, 4));`,
  });
  expect(lines.map(({ scopes }) => scopes)).toEqual([
    ['command', 'type', 'mode', 'device'],
    ['command', 'path'],
    ['command', 'path', 'type', 'error'],
  ]);
});

it.runIf(process.arch === 'x64')('other numbers of the call, and 32-bit callers', async () => {
  const { data, lines, folder } = await act({
    kinds: ['mknod'],
    main: `
      must(syscall(133, "native", S_IFIFO | 0600, 0));
      must(compat(14, low_text(HOSTILE), S_IFCHR | 0600, 0x501, 0, 0));
      must(compat(297, AT_FDCWD, low_text("at"), S_IFBLK | 0600, 0x10302, 0));`,
  });
  const at = { directory: folder, mode: '0600' };
  expect(data).toEqual([
    { path: 'native', ...at, type: 'fifo' },
    { path: hostile.text, pathRaw: hostile.hex, ...at, type: 'character', deviceNumber: '5:1' },
    { path: 'at', ...at, type: 'block', deviceNumber: '259:2' },
  ]);
  expect(lines.map(({ flags }) => flags.includes('compat'))).toEqual([false, true, true]);
});
