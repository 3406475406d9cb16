import { describe, expect, it } from 'vitest';
import { act, hostile } from '../../test/act.js';

const kinds = ['map-exec'] as const;

const before = `
#include <sys/ipc.h>
#include <sys/personality.h>
#include <sys/shm.h>
#define EXEC (PROT_READ | PROT_EXEC)
#define ANONYMOUS (MAP_PRIVATE | MAP_ANONYMOUS)
/* Where the kernel began the stack: the mapping that has this address is the stack. */
extern void *__libc_stack_end;
`;

const anonymous = { memory: 'anonymous', writable: false };
const address = expect.stringMatching(/^0x[0-9a-f]+$/);
const length = '4096';

/** Makes a file with one page, and tells its identity. */
const file = (name: string) => `
      struct stat st;
      int fd = must(open(${name}, O_CREAT | O_RDWR, 0700));
      must(ftruncate(fd, 8192));
      must(fstat(fd, &st));
      tell("%lu", (unsigned long)st.st_ino);`;

/** The events of the program itself, without the libraries that the dynamic linker maps. */
const own = (data: readonly Record<string, unknown>[]) =>
  data.filter(({ path }) => !/\/lib[^/]*\.so/.test(String(path)));

describe('map-exec', () => {
  it('reports a file once, with its path and its inode, and other memory by its kind', async () => {
    const { data, told, folder, lines } = await act({
      kinds,
      before,
      main: `
        ${file('HOSTILE')}
        must((long)mmap(NULL, 4096, EXEC, MAP_PRIVATE, fd, 0));
        must((long)mmap(NULL, 4096, EXEC, MAP_SHARED, fd, 4096));
        char *page = mmap(NULL, 4096, PROT_READ, MAP_PRIVATE, fd, 0);
        must(mprotect(page, 4096, EXEC));
        char *memory = mmap(NULL, 4096, PROT_READ | PROT_WRITE, ANONYMOUS, -1, 0);
        must(mprotect(memory, 4096, EXEC));
        must((long)mmap(NULL, 4096, EXEC, ANONYMOUS, -1, 0));
        must((long)mmap(NULL, 4096, EXEC | PROT_WRITE, ANONYMOUS, -1, 0));
        char *heap = sbrk(0);
        heap = (char *)(((long)heap + 4095) & ~4095);
        must(brk(heap + 8192));
        must(syscall(SYS_pkey_mprotect, heap, 4096, EXEC, -1));
        char *stack = (char *)((long)__libc_stack_end & ~4095);
        must(mprotect(stack, 4096, EXEC | PROT_WRITE));
        must(mprotect(stack, 4096, PROT_READ | PROT_WRITE));
        tell("%p", memory);`,
    });
    const at = { address, length };
    expect(own(data)).toEqual([
      {
        call: 'mmap',
        memory: 'file',
        path: `${folder}/${hostile.text}`,
        pathRaw: `${Buffer.from(`${folder}/`).toString('hex')}${hostile.hex}`,
        device: expect.any(String),
        inode: told[0],
        protection: 'PROT_READ|PROT_EXEC',
        flags: 'MAP_PRIVATE',
        writable: false,
        ...at,
      },
      {
        call: 'mprotect',
        ...anonymous,
        protection: 'PROT_READ|PROT_EXEC',
        ...at,
        address: told[1],
      },
      {
        call: 'mmap',
        memory: 'anonymous',
        protection: 'PROT_READ|PROT_WRITE|PROT_EXEC',
        flags: 'MAP_PRIVATE|MAP_ANONYMOUS',
        writable: true,
        ...at,
      },
      {
        call: 'pkey_mprotect',
        memory: 'heap',
        protection: 'PROT_READ|PROT_EXEC',
        writable: false,
        ...at,
      },
      {
        call: 'mprotect',
        memory: 'stack',
        protection: 'PROT_READ|PROT_WRITE|PROT_EXEC',
        writable: true,
        ...at,
      },
    ]);
    for (const { flags } of lines) expect(flags).toEqual(['new-process']);
  });

  it('reports failures, each of them', async () => {
    const { data, folder } = await act({
      kinds,
      before,
      main: `
        must(mkdir("noexec", 0700));
        must(unshare(CLONE_NEWNS));
        must(mount("none", "/", NULL, MS_REC | MS_PRIVATE, NULL));
        must(mount("none", "noexec", "tmpfs", MS_NOEXEC, NULL));
        int fd = must(open("noexec/file", O_CREAT | O_RDWR, 0700));
        must(ftruncate(fd, 4096));
        char *page = mmap(NULL, 4096, PROT_READ, MAP_PRIVATE, fd, 0);
        mmap(NULL, 4096, EXEC, MAP_PRIVATE, fd, 0);
        mmap(NULL, 4096, EXEC, MAP_PRIVATE, fd, 0);
        mprotect(page, 4096, EXEC);
        mmap(NULL, 4096, EXEC, MAP_PRIVATE, 777, 0);
        mprotect((void *)0x10000, 4096, EXEC);
        shmat(-1, NULL, SHM_EXEC);`,
    });
    const noexec = {
      memory: 'file',
      path: `${folder}/noexec/file`,
      inode: expect.any(String),
      device: expect.any(String),
    };
    const asked = { protection: 'PROT_READ|PROT_EXEC', writable: false };
    expect(own(data)).toEqual([
      { call: 'mmap', ...noexec, ...asked, flags: 'MAP_PRIVATE', address: '0x0', length, error: 'EPERM' },
      { call: 'mmap', ...noexec, ...asked, flags: 'MAP_PRIVATE', address: '0x0', length, error: 'EPERM' },
      { call: 'mprotect', ...noexec, ...asked, address, length, error: 'EACCES' },
      {
        call: 'mmap',
        memory: 'unknown',
        ...asked,
        flags: 'MAP_PRIVATE',
        address: '0x0',
        length,
        error: 'EBADF',
      },
      { call: 'mprotect', memory: 'unknown', ...asked, address: '0x10000', length, error: 'ENOMEM' },
      {
        call: 'shmat',
        memory: 'unknown',
        shmFlags: 'SHM_EXEC',
        writable: false,
        address: '0x0',
        length: '0',
        error: 'EINVAL',
      },
    ]);
  });

  it('reports each mapping that one mprotect changes', async () => {
    const { data, told, folder } = await act({
      kinds,
      before,
      main: `
        ${file('"file"')}
        char *memory = mmap(NULL, 3 * 4096, PROT_READ, ANONYMOUS, -1, 0);
        must((long)mmap(memory + 4096, 4096, PROT_READ, MAP_PRIVATE | MAP_FIXED, fd, 0));
        must(mprotect(memory, 3 * 4096, EXEC));`,
    });
    expect(own(data)).toMatchObject([
      { call: 'mprotect', ...anonymous, length },
      { call: 'mprotect', memory: 'file', path: `${folder}/file`, inode: told[0], length },
    ]);
  });

  it('reports memory of a personality, of a memfd and of shared memory', async () => {
    const { data } = await act({
      kinds,
      before,
      main: `
        int fd = must(memfd_create("secret", 0));
        must(ftruncate(fd, 4096));
        must((long)mmap(NULL, 4096, EXEC, MAP_SHARED, fd, 0));
        int id = must(shmget(IPC_PRIVATE, 4096, IPC_CREAT | 0700));
        must((long)shmat(id, NULL, SHM_EXEC | SHM_RDONLY));
        must(shmctl(id, IPC_RMID, NULL));
        must(personality(READ_IMPLIES_EXEC));
        must((long)mmap(NULL, 4096, PROT_READ, ANONYMOUS, -1, 0));
        must((long)mmap(NULL, 4096, PROT_NONE, ANONYMOUS, -1, 0));
        must(personality(0));
        must((long)mmap(NULL, 4096, PROT_READ, ANONYMOUS, -1, 0));`,
    });
    expect(own(data)).toMatchObject([
      { call: 'mmap', memory: 'file', path: '/memfd:secret', flags: 'MAP_SHARED' },
      {
        call: 'shmat',
        memory: 'file',
        path: expect.stringMatching(/^\/SYSV00000000/),
        shmFlags: 'SHM_RDONLY|SHM_EXEC',
        length,
      },
      { call: 'mmap', ...anonymous, protection: 'PROT_READ' },
    ]);
  });

  it('reports memory anew after an exec, and per process', async () => {
    const { lines } = await act({
      kinds,
      before,
      main: `
        must((long)mmap(NULL, 4096, EXEC, ANONYMOUS, -1, 0));
        if (!getenv("AGAIN")) {
          setenv("AGAIN", "1", 1);
          if (!must(fork())) {
            must((long)mmap(NULL, 4096, EXEC, ANONYMOUS, -1, 0));
            _exit(0);
          }
          must(wait(NULL));
          char *arguments[] = { "act", NULL };
          must(execv("/proc/self/exe", arguments));
        }`,
    });
    const pids = lines.flatMap(({ tgid, data }) => (data.memory === 'anonymous' ? [tgid] : []));
    expect(pids).toHaveLength(3);
    expect(pids[0]).toBe(pids[2]);
    expect(pids[1]).not.toBe(pids[0]);
  });

  it.runIf(process.arch === 'x64')('reports 32-bit callers', async () => {
    const { data, lines, told, folder } = await act({
      kinds,
      before,
      main: `
        ${file('"file"')}
        char *memory = mmap(NULL, 4096, PROT_READ, ANONYMOUS | MAP_32BIT, -1, 0);
        must(compat(125, (long)memory, 4096, EXEC, 0, 0));                   /* mprotect */
        must(compat(192, 0, 4096, EXEC | PROT_WRITE, ANONYMOUS, -1) != -22); /* mmap2 */
        unsigned old[6] = { 0, 4096, EXEC, MAP_PRIVATE, fd, 0 };
        compat(90, (long)low(old, sizeof(old)), 0, 0, 0, 0);                 /* mmap */`,
    });
    const mapped = own(data);
    expect(mapped).toMatchObject([
      { call: 'mprotect', ...anonymous },
      { call: 'mmap', memory: 'anonymous', writable: true },
      {
        call: 'mmap',
        memory: 'file',
        path: `${folder}/file`,
        inode: told[0],
        protection: 'PROT_READ|PROT_EXEC',
      },
    ]);
    const own32 = lines.slice(-3).map(({ flags }) => flags);
    expect(own32).toEqual([
      ['compat', 'new-process'],
      ['compat', 'new-process'],
      ['user-memory', 'compat', 'new-process'],
    ]);
  });

  it('conditions ask for each field', async () => {
    const { lines } = await act({
      kinds,
      before,
      options: {
        scopes: [
          'call: map-exec.call=mprotect',
          'memory: map-exec.memory=anonymous',
          'path: map-exec.path=*/file',
          'protection: map-exec.protection=PROT_EXEC',
          'flags: map-exec.flags=MAP_SHARED',
          'writable: map-exec.writable=1',
          'length: map-exec.length=4096',
          'shm: map-exec.shmFlags=SHM_EXEC',
          'error: map-exec.error=ENOMEM',
        ],
      },
      main: `
        ${file('"file"')}
        must((long)mmap(NULL, 4096, PROT_EXEC, MAP_SHARED, fd, 0));
        must((long)mmap(NULL, 4096, EXEC | PROT_WRITE, ANONYMOUS, -1, 0));
        mprotect((void *)0x10000, 8192, EXEC);`,
    });
    expect(lines.slice(-3).map(({ scopes }) => scopes.slice(1))).toEqual([
      ['path', 'protection', 'flags', 'length'],
      ['memory', 'writable', 'length'],
      ['call', 'error'],
    ]);
  });
});
