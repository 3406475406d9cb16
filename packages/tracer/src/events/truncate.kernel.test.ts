import { expect, it } from 'vitest';
import { act, fromUserMemory, hostile } from '../../test/act.js';

const kinds = ['truncate'] as const;

it('reports lengths by name and by descriptor, and failures', async () => {
  const { data, lines, told, folder } = await act({
    kinds,
    main: `
      struct stat st;
      int fd = must(open("f", O_CREAT | O_RDWR, 0600)), reader = must(open("f", O_RDONLY));
      must(fstat(fd, &st));
      tell("%lu", (unsigned long)st.st_ino);
      must(truncate("f", 5000));
      must(ftruncate(fd, 4096));
      must(unlink("f"));
      must(ftruncate(fd, 0));
      ftruncate(reader, 1);
      ftruncate(999, 1);
      ftruncate(fd, -1);
      truncate("missing", 1);
      truncate(".", 0);
      truncate((char *)1, 0);`,
  });
  const file = { path: `${folder}/f`, device: expect.any(String), inode: told[0] };
  expect(data).toEqual([
    { path: 'f', directory: folder, length: '5000' },
    { ...file, length: '4096' },
    { ...file, length: '0' },
    { ...file, length: '1', error: 'EINVAL' },
    { path: '', length: '1', error: 'EBADF' },
    { ...file, length: '-1', error: 'EINVAL' },
    { path: 'missing', directory: folder, length: '1', error: 'ENOENT' },
    { path: '.', directory: folder, length: '0', error: 'EISDIR' },
    { path: '', pathTruncated: true, directory: folder, length: '0', error: 'EFAULT' },
  ]);
  expect(fromUserMemory(lines)).toEqual([0, 6, 7, 8]);
});

it('hostile names', async () => {
  const { data, folder } = await act({
    kinds,
    main: `
      int fd = must(open(HOSTILE, O_CREAT | O_RDWR, 0600));
      must(truncate(HOSTILE, 1));
      must(ftruncate(fd, 2));`,
  });
  expect(data).toMatchObject([
    { path: hostile.text, pathRaw: hostile.hex, directory: folder },
    { path: `${folder}/${hostile.text}`, length: '2' },
  ]);
});

it('conditions ask for each field', async () => {
  const { lines } = await act({
    kinds,
    options: {
      scopes: [
        'path: truncate.path=*/missing',
        'length: truncate.length>=10',
        'inode: truncate.inode>0',
        'error: truncate.error=ENOENT',
      ],
    },
    main: `
      int fd = must(creat("f", 0600));
      must(truncate("f", 10));
      must(ftruncate(fd, 9));
      truncate("missing", 0);
      truncate("f", -1);`,
  });
  expect(lines.map(({ scopes }) => scopes.slice(1))).toEqual([['length'], ['inode'], ['path', 'error'], []]);
});

it.runIf(process.arch === 'x64')('32-bit callers', async () => {
  const { data, lines, folder } = await act({
    kinds,
    main: `
      int fd = must(creat("f", 0600));
      long f = low_text("f");
      must(compat(92, f, 7, 0, 0, 0));          /* truncate */
      compat(92, f, -1, 0, 0, 0);
      must(compat(93, fd, 8, 0, 0, 0));         /* ftruncate */
      must(compat(193, f, 5, 1, 0, 0));         /* truncate64 */
      must(compat(194, fd, 6, 0, 0, 0));        /* ftruncate64 */
      compat(193, low_text(HOSTILE), 0, 0x80000000, 0, 0);`,
  });
  const named = { path: 'f', directory: folder };
  expect(data).toMatchObject([
    { ...named, length: '7' },
    { ...named, length: '-1', error: 'EINVAL' },
    { path: `${folder}/f`, length: '8' },
    { ...named, length: String(2 ** 32 + 5) },
    { path: `${folder}/f`, length: '6' },
    { path: hostile.text, length: String(-(2n ** 63n)), error: 'EINVAL' },
  ]);
  for (const { flags } of lines) expect(flags).toContain('compat');
});
