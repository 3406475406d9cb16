import { release } from 'node:os';
import { dirname } from 'node:path';
import { expect, it } from 'vitest';
import { type Act, act, hostile } from '../../test/act.js';
import { compileText } from '../../test/compile.js';
import { rings } from '../../test/rings.js';
import { trace } from '../index.js';

/** Traces a program, and leaves out the file of its notes. */
async function written(given: Omit<Act<'write'>, 'kinds'>) {
  const acted = await act({ ...given, kinds: ['write'] });
  const isOurs = ({ data }: { data: Readonly<Record<string, unknown>> }) =>
    data['path'] !== `${acted.folder}/told`;
  const lines = acted.lines.filter(isOurs);
  return { ...acted, lines, data: lines.map((line) => line.data) };
}

const device = expect.stringMatching(/^\d+:\d+$/);
const inode = expect.stringMatching(/^\d+$/);
const byPath = (data: readonly Readonly<Record<string, unknown>>[]) =>
  data.toSorted((a, b) => (String(a['path']) < String(b['path']) ? -1 : 1));
const some = { device, inode, calls: 1, created: true, changed: true, mapped: false };

it('reports a file at its last close, with the bytes of all calls', async () => {
  const { data, told, folder } = await written({
    main: `
      struct stat st;
      struct iovec parts[] = { { "abc", 3 }, { "de", 2 } };
      int fd = must(open("f", O_CREAT | O_RDWR | O_TRUNC, 0600));
      must(fstat(fd, &st));
      tell("%lu", (unsigned long)st.st_ino);
      must(write(fd, "12345", 5));
      must(writev(fd, parts, 2));
      must(pwrite(fd, "x", 1, 100));
      must(pwritev(fd, parts, 2, 200));
      must(pwritev2(fd, parts, 2, 300, 0));
      must(write(fd, "", 0));
      close(fd);
      fd = must(open("f", O_WRONLY | O_APPEND));
      must(write(fd, "!", 1));
      close(fd);
      close(must(open("f", O_WRONLY | O_TRUNC)));
      fd = must(open("f", O_RDONLY));
      write(fd, "no", 2);
      close(fd);`,
  });
  const file = { ...some, path: `${folder}/f`, inode: told[0] };
  expect(data).toEqual([
    { ...file, writtenBytes: '21', calls: 5 },
    { ...file, writtenBytes: '1', created: false },
  ]);
});

it('reports failed calls, which change nothing, and hostile names', async () => {
  const { data, folder } = await written({
    main: `
      int fd = must(open("f", O_CREAT | O_WRONLY, 0600));
      write(fd, (void *)1, 5);
      close(fd);
      fd = must(open("f", O_WRONLY));
      must(write(fd, "x", 1));
      pwrite(fd, "x", 1, -1);
      close(fd);
      write(fd, "x", 1);
      fd = must(open("f", O_WRONLY));
      pwrite(fd, "x", 1, -1);
      must(write(fd, "x", 1));
      close(fd);
      fd = must(creat(HOSTILE, 0600));
      must(write(fd, "x", 1));
      close(fd);`,
  });
  const file = { ...some, path: `${folder}/f` };
  const path = `${folder}/${hostile.text}`;
  const pathRaw = Buffer.from(`${folder}/`).toString('hex') + hostile.hex;
  expect(data).toEqual([
    { ...file, writtenBytes: '0', changed: false, error: 'EFAULT' },
    { ...file, writtenBytes: '1', calls: 2, created: false, error: 'EINVAL' },
    { ...file, writtenBytes: '1', calls: 2, created: false },
    { ...some, path, pathRaw, writtenBytes: '1' },
  ]);
});

it('reports a shared file once, when nobody has it any more', async () => {
  const { data, lines, folder } = await written({
    before: `
      static void send_file(int to, int fd)
      {
        char space[CMSG_SPACE(sizeof(int))] = { 0 };
        struct iovec part = { "", 1 };
        struct msghdr message = { .msg_iov = &part, .msg_iovlen = 1, .msg_control = space, .msg_controllen = sizeof(space) };
        struct cmsghdr *header = CMSG_FIRSTHDR(&message);

        header->cmsg_level = SOL_SOCKET;
        header->cmsg_type = SCM_RIGHTS;
        header->cmsg_len = CMSG_LEN(sizeof(int));
        memcpy(CMSG_DATA(header), &fd, sizeof(fd));
        must(sendmsg(to, &message, 0));
      }
      static int file(const char *name, int flags)
      {
        int fd = must(open(name, O_CREAT | O_WRONLY | flags, 0600));

        must(write(fd, "first", 5));
        return fd;
      }
      /* Ends behind the events of files that end before. */
      static void mark(const char *name)
      {
        close(file(name, 0));
      }`,
    main: `
      /* dup: the second descriptor writes on */
      int fd = file("dup", 0), second = must(dup(fd));
      close(fd);
      must(write(second, "more", 4));
      mark("a");
      close(second);

      /* fork: the child ends last, without a close */
      int ends[2];
      char byte;
      must(pipe(ends));
      fd = file("fork", 0);
      pid_t child = must(fork());
      if (!child) {
        close(ends[1]);
        read(ends[0], &byte, 1);
        must(write(fd, "child", 5));
        _exit(0);
      }
      close(fd);
      mark("b");
      close(ends[1]);
      must(waitpid(child, NULL, 0));

      /* another file takes the descriptor */
      fd = file("dup2", 0);
      must(dup2(ends[0], fd));
      fd = file("close_range", 0);
      must(syscall(SYS_close_range, fd, fd, 0));

      /* on its way through a socket, and then never received */
      int pair[2];
      must(socketpair(AF_UNIX, SOCK_DGRAM, 0, pair));
      fd = file("rights", 0);
      send_file(pair[0], fd);
      close(fd);
      mark("c");
      close(pair[0]);
      close(pair[1]);

      file("exit", 0);
      file("exec", O_CLOEXEC);
      execl("/bin/true", "true", NULL);`,
  });
  const at = (name: string, writtenBytes: string) => ({ path: `${folder}/${name}`, writtenBytes });
  const ends = data.map(({ path, writtenBytes }) => ({ path, writtenBytes }));
  expect(ends).toEqual([
    at('a', '5'),
    at('dup', '9'),
    at('b', '5'),
    at('fork', '10'),
    at('dup2', '5'),
    at('close_range', '5'),
    at('c', '5'),
    at('rights', '5'),
    at('exec', '5'),
    at('exit', '5'),
  ]);
  expect(new Set(lines.map(({ tgid }) => tgid)).size).toBe(1);
});

it('reports sendfile, splice, copy_file_range and shared mappings', async () => {
  const { data, folder } = await written({
    main: `
      int source = must(open("source", O_CREAT | O_RDWR, 0600)), ends[2];
      must(ftruncate(source, 4096));
      int fd = must(creat("sendfile", 0600));
      off_t from = 0;
      must(sendfile(fd, source, &from, 11));
      close(fd);
      fd = must(creat("copy", 0600));
      from = 0;
      must(syscall(SYS_copy_file_range, source, &from, fd, NULL, 12, 0));
      close(fd);
      fd = must(creat("splice", 0600));
      must(pipe(ends));
      must(write(ends[1], "pipe", 4));
      must(splice(ends[0], NULL, fd, NULL, 4, 0));
      close(fd);

      fd = must(open("mapped", O_CREAT | O_RDWR, 0600));
      must(ftruncate(fd, 4096));
      char *memory = mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
      close(fd);
      memory[0] = 1;
      must(munmap(memory, 4096));
      fd = must(open("mapped", O_RDWR));
      must(write(fd, "x", 1));
      mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
      mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 4097);
      fd = must(open("source", O_RDWR));
      mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_PRIVATE, fd, 0);
      mmap(NULL, 4096, PROT_READ, MAP_SHARED, fd, 0);`,
  });
  expect(data).toEqual([
    { ...some, path: `${folder}/sendfile`, writtenBytes: '11' },
    { ...some, path: `${folder}/copy`, writtenBytes: '12' },
    { ...some, path: `${folder}/splice`, writtenBytes: '4' },
    {
      ...{ device, inode, path: `${folder}/mapped`, writtenBytes: '0' },
      ...{ calls: 0, created: true, mapped: true },
    },
    { ...some, path: `${folder}/mapped`, writtenBytes: '1', created: false, mapped: true },
  ]);
});

/** Since 5.19 the hook of a completion gets its request. */
const [major = 0, minor = 0] = release().split('.').map(Number);

it.runIf(major > 5 || (major === 5 && minor >= 19))('reports writes of a ring', async () => {
  const { data, lines, folder } = await written({
    before: `${rings}
      static void ring_write(struct ring *ring, int fd, const char *text)
      {
        submit(ring, (struct io_uring_sqe){ .opcode = IORING_OP_WRITE, .fd = fd, .addr = (long)text, .len = 5, .off = -1 });
      }`,
    main: `
      struct ring ring = set_up(0), polled = set_up(IORING_SETUP_SQPOLL);
      int fd = must(creat("f", 0600)), both = must(creat("both", 0600));
      struct iovec part = { "abc", 3 };
      ring_write(&ring, fd, "12345");
      ring_write(&polled, fd, "67890");
      submit(&ring, (struct io_uring_sqe){ .opcode = IORING_OP_WRITEV, .fd = fd, .addr = (long)&part, .len = 1, .off = -1 });
      ring_write(&ring, fd, (char *)1);
      close(fd);
      must(write(both, "x", 1));
      ring_write(&ring, both, "12345");
      close(both);`,
  });
  // A worker of the ring can let go of a file later than the program.
  expect(byPath(data)).toEqual([
    { ...some, path: `${folder}/both`, writtenBytes: '6', calls: 2 },
    { ...some, path: `${folder}/f`, writtenBytes: '13', calls: 4, error: 'EFAULT' },
  ]);
  for (const { flags } of lines) expect(flags).toContain('via-io-uring');
});

it.runIf(process.arch === 'x64')('32-bit callers', async () => {
  const { data, lines, folder } = await written({
    main: `
      struct { uint32_t from, size; } parts[] = { { low_text("abc"), 3 }, { low_text("de"), 2 } };
      long text = low_text("12345"), vector = (long)low(parts, sizeof(parts));
      int fd = must(creat("f", 0600)), source = must(open("f", O_RDONLY)), ends[2];
      must(compat(4, fd, text, 5, 0, 0));           /* write */
      must(compat(146, fd, vector, 2, 0, 0));       /* writev */
      must(compat(181, fd, text, 5, 0, 0));         /* pwrite64 */
      must(compat(334, fd, vector, 2, 0, 0));       /* pwritev */
      must(compat(187, fd, source, 0, 4, 0));       /* sendfile */
      must(compat(239, fd, source, 0, 1, 0));       /* sendfile64 */
      close(fd);
      fd = must(open(HOSTILE, O_CREAT | O_RDWR, 0600));
      must(ftruncate(fd, 4096));
      uint32_t arguments[] = { 0, 4096, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0 };
      compat(90, (long)low(arguments, sizeof(arguments)), 0, 0, 0, 0); /* mmap */
      close(fd);
      compat(4, must(creat("g", 0600)), 1, 5, 0, 0);
      must(pipe(ends));
      must(write(ends[1], "x", 1));
      must(compat(313, ends[0], 0, must(creat("h", 0600)), 0, 1)); /* splice */`,
  });
  expect(byPath(data)).toMatchObject([
    { path: `${folder}/${hostile.text}`, mapped: true },
    { path: `${folder}/f`, writtenBytes: '25', calls: 6 },
    { path: `${folder}/g`, writtenBytes: '0', error: 'EFAULT' },
    { path: `${folder}/h`, writtenBytes: '1' },
  ]);
  for (const { flags } of lines) expect(flags).toContain('compat');
});

it('conditions ask for each field', async () => {
  const { lines } = await written({
    options: {
      scopes: [
        'path: write.path=*/a',
        'inode: write.inode>0',
        'bytes: write.writtenBytes>=2',
        'calls: write.calls=2',
        'created: write.created=1',
        'changed: write.changed=0',
        'mapped: write.mapped=1',
        'error: write.error=EFAULT',
      ],
    },
    main: `
      int fd = must(creat("a", 0600));
      must(write(fd, "x", 1));
      must(write(fd, "x", 1));
      close(fd);
      fd = must(open("a", O_RDWR));
      void *memory = mmap(NULL, 1, PROT_WRITE, MAP_SHARED, fd, 0);
      write(fd, (void *)1, 1);
      close(fd);
      fd = must(open("a", O_RDWR));
      write(fd, (void *)1, 1);
      close(fd);
      must(munmap(memory, 1));`,
  });
  expect(lines.map(({ scopes }) => scopes.slice(1))).toEqual([
    ['path', 'inode', 'bytes', 'calls', 'created'],
    ['path', 'inode', 'changed', 'error'],
    ['path', 'inode', 'mapped', 'error'],
  ]);
});

it('counts the bytes of threads that write at the same time', async () => {
  const { data, lines, folder } = await written({
    before: `
      static int fd;
      static void *run(void *given)
      {
        for (int i = 0; i < 2000; i++)
          must(write(fd, "12345", 5));
        return NULL;
      }`,
    main: `
      pthread_t threads[4];
      fd = must(open("f", O_CREAT | O_WRONLY | O_APPEND, 0600));
      for (int i = 0; i < 4; i++)
        pthread_create(&threads[i], NULL, run, NULL);
      for (int i = 0; i < 4; i++)
        pthread_join(threads[i], NULL);
      close(fd);`,
  });
  expect(data).toEqual([{ ...some, path: `${folder}/f`, writtenBytes: '40000', calls: 8000 }]);
  expect(lines[0]!.flags).toContain('racy');
});

/** Runs a program whose events nobody reads before its end, and returns what was counted. */
async function flood(main: string) {
  using program = compileText(
    `#include "act.h"\n#include <sys/resource.h>\nint main(void)\n{\n${main}\nreturn 0;\n}\n`,
  );
  await using tracer = await trace({
    tuning: { replaceable: false },
    command: [program.path],
    spawn: { cwd: dirname(program.path), stdio: 'inherit' },
    events: ['write'],
    ringSizes: { activity: 64 * 1024 },
  });
  expect(await tracer.exit).toEqual({ code: 0, signal: null });
  let seen = 0;
  await tracer.each((event) => {
    if (event.kind === 'write') seen++;
  });
  const { submitted, delivered, dropped } = tracer.stats().events['write']!;
  expect(delivered).toBe(submitted);
  expect(seen).toBe(delivered);
  const lost = Object.values(dropped).reduce((sum, count) => sum + count, 0);
  return { delivered, dropped, happened: delivered + lost };
}

it('delivered plus dropped is what happened; a file that there is no room for counts once', async () => {
  const { dropped, happened } = await flood(`
    must(setrlimit(RLIMIT_NOFILE, &(struct rlimit){ 10000, 10000 }));
    for (int round = 0; round < 2; round++) {
      static int files[8300];
      for (int i = 0; i < 8300; i++)
        files[i] = must(open("f", O_CREAT | O_WRONLY, 0600));
      for (int i = 0; i < 16600; i++)
        must(write(files[i % 8300], "x", 1));
      for (int i = 0; i < 8300; i++)
        close(files[i]);
    }`);
  expect({ dropped, happened }).toEqual({
    dropped: { 'ring-full': expect.any(Number), unkept: 2 * (8300 - 8192) },
    happened: 16600,
  });
});
