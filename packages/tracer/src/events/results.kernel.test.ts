import { expect, it } from 'vitest';
import { act } from '../../test/act.js';

const onX64 = it.runIf(process.arch === 'x64');

/** For `act`: a seccomp filter with a `verdict` for the calls in `numbers`. */
const filters = `
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <stddef.h>
#include <sys/prctl.h>
#include <ucontext.h>

__attribute__((unused)) static void filter(unsigned verdict, const int *numbers, int count)
{
	struct sock_filter code[64] = { BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, nr)) };
	struct sock_fprog program = { .len = 2 * count + 2, .filter = code };

	for (int i = 0; i < count; i++) {
		code[2 * i + 1] = (struct sock_filter)BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, numbers[i], 0, 1);
		code[2 * i + 2] = (struct sock_filter)BPF_STMT(BPF_RET | BPF_K, verdict);
	}
	code[2 * count + 1] = (struct sock_filter)BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW);
	must(prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0));
	must(prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &program));
}

static volatile int trapped;

/* A handler that emulates the call, as programs with SECCOMP_RET_TRAP do. */
__attribute__((unused)) static void on_trap(int signal, siginfo_t *info, void *context)
{
	trapped++;
}

__attribute__((unused)) static void count_traps(void)
{
	struct sigaction action = { .sa_sigaction = on_trap, .sa_flags = SA_SIGINFO | SA_NODEFER };

	must(sigaction(SIGSYS, &action, NULL));
}
`;

onX64('calls that SECCOMP_RET_TRAP keeps from running are not told', async () => {
  const { data, told } = await act({
    kinds: ['open', 'unlink', 'connect', 'rename', 'kill', 'exec-failed', 'accept', 'bpf', 'setuid'],
    before: filters,
    main: `
      static const int numbers[] = { 2, 42, 43, 59, 62, 82, 85, 87, 105, 122, 257, 263, 321, 322,
        0x40000000 | 2, 0x40000000 | 520 };
      struct sockaddr_in name = { .sin_family = AF_INET };
      long file = low_text("f");
      must(close(must(creat("f", 0600))));
      /* Descriptors of the numbers that trapped calls return. */
      for (int i = 0; i < (int)(sizeof(numbers) / sizeof(*numbers)); i++)
        if (numbers[i] < 1000 && numbers[i] > 2)
          must(dup2(must(open("/etc/passwd", O_RDONLY)), numbers[i]));
      tell("before");
      count_traps();
      filter(SECCOMP_RET_TRAP, numbers, sizeof(numbers) / sizeof(*numbers));
      syscall(2, "f", O_RDONLY, 0);
      syscall(257, AT_FDCWD, "f", O_RDONLY, 0);
      syscall(85, "g", 0600);
      syscall(87, "f");
      syscall(263, AT_FDCWD, "f", 0);
      syscall(82, "f", "g");
      syscall(42, 0, &name, sizeof(name));
      syscall(43, 0, 0, 0);
      syscall(59, "/bin/true", 0, 0);
      syscall(322, AT_FDCWD, "/bin/true", 0, 0, 0);
      syscall(62, getpid(), 0);
      syscall(105, 0);
      syscall(122, 0);
      syscall(321, 5, 0, 0);
      syscall(0x40000000 | 2, "f", O_RDONLY, 0);
      syscall(0x40000000 | 520, "/bin/true", 0, 0);
      /* The numbers of a 32-bit caller: unlink is 10, which nothing traps. */
      compat(10, file, 0, 0, 0, 0);
      tell("trapped %d", trapped);`,
  });
  expect(told).toEqual(['before', 'trapped 16']);
  const after = data.slice(data.findLastIndex(({ path }) => path === '/etc/passwd') + 1);
  // The 32-bit call ran.
  expect(after.filter(({ error }) => error !== 'ENOSYS')).toMatchObject([{ path: 'f' }]);
});

onX64('a call that ran is told, whatever it has in common with a trapped one', async () => {
  const { data, told, folder } = await act({
    kinds: ['open'],
    before: filters,
    main: `
      static const int numbers[] = { 87 };
      struct sigaction ignore = { .sa_handler = SIG_DFL };
      sigset_t set;
      must(close(must(creat("f", 0600))));
      filter(SECCOMP_RET_TRAP, numbers, 1);
      /* open() is call 2, and returns 2, while an untrapped SIGSYS is pending. */
      sigemptyset(&set);
      sigaddset(&set, SIGSYS);
      must(sigprocmask(SIG_BLOCK, &set, NULL));
      siginfo_t info = { .si_signo = SIGSYS, .si_code = 1 };
      must(syscall(SYS_rt_tgsigqueueinfo, getpid(), syscall(SYS_gettid), SIGSYS, &info));
      close(2);
      tell("%ld", syscall(2, "f", O_RDWR, 0));
      must(sigaction(SIGSYS, &ignore, NULL));`,
  });
  expect(told).toEqual(['2']);
  expect(data.at(-1)).toMatchObject({ path: `${folder}/f`, flags: 'O_RDWR', fd: 2 });
});

onX64(
  'what a filter can have answered in place of the kernel is not told, or is said to be doubtful',
  async () => {
    const { lines, told } = await act({
      kinds: ['open', 'unlink', 'accept', 'mkdir'],
      before: filters,
      main: `
      static const int answered[] = { 2, 43, 87 };
      must(close(must(creat("f", 0600))));
      must(dup2(must(open("f", O_WRONLY)), 0));
      filter(SECCOMP_RET_ERRNO | 0, answered, 3);
      /* Descriptor 0 is open for writing only. */
      tell("open %ld", syscall(2, "f", O_RDONLY | O_NOATIME, 0));
      tell("open %ld", syscall(2, "f", O_WRONLY | O_NOATIME, 0));
      tell("accept %ld", syscall(43, 0, 0, 0));
      tell("unlink %ld", syscall(87, "f"));
      close(0);
      tell("open %ld", syscall(2, "f", O_WRONLY | O_NOATIME, 0));
      must(access("f", F_OK));
      must(mkdirat(AT_FDCWD, "made", 0700));`,
    });
    expect(told).toEqual(['open 0', 'open 0', 'accept 0', 'unlink 0', 'open 0']);
    const after = lines.slice(lines.findLastIndex(({ data: { flags } }) => flags === 'O_WRONLY') + 1);
    expect(after).toMatchObject([
      { event: 'open', data: { fd: 0, flags: 'O_WRONLY|O_NOATIME' } },
      { event: 'unlink', data: { path: 'f' } },
      { event: 'mkdir', data: { path: 'made' } },
    ]);
    for (const { flags } of after.slice(0, 2)) expect(flags).toContain('racy');
  },
);

/** For `act`: a repeated signal, with a handler with these flags. */
const alarms = (flags: string) => `
#include <sys/time.h>

static volatile int *alarms;

static void on_alarm(int signal)
{
	++*alarms;
}

/* Waits until the parent is blocked in a call, and a signal has interrupted the call. */
__attribute__((unused)) static void wait_until_interrupted(long call)
{
	int before;

	wait_until_blocked(getppid(), call);
	before = *alarms;
	while (*alarms < before + 2)
		usleep(1000);
}

__attribute__((unused)) static void alarm_every(int milliseconds)
{
	struct sigaction action = { .sa_handler = on_alarm, .sa_flags = ${flags} };
	struct itimerval timer = { { 0, milliseconds * 1000 }, { 0, milliseconds * 1000 } };

	must(sigaction(SIGALRM, &action, NULL));
	must(setitimer(ITIMER_REAL, &timer, NULL));
}
`;

const interrupted = `
      struct sockaddr_un name = { .sun_family = AF_UNIX, .sun_path = "socket" };
      int server = must(socket(AF_UNIX, SOCK_STREAM, 0)), shared[2];
      must(bind(server, (void *)&name, sizeof(name)));
      must(listen(server, 1));
      must(mkfifo("fifo", 0600));
      must(pipe(shared));
      alarms = mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
      if (!must(fork())) {
        signal(SIGALRM, SIG_IGN);
        wait_until_interrupted(SYS_accept);
        must(connect(must(socket(AF_UNIX, SOCK_STREAM, 0)), (void *)&name, sizeof(name)));
        char byte;
        must(read(shared[0], &byte, 1));
        wait_until_interrupted(SYS_openat);
        must(open("fifo", O_WRONLY));
        _exit(0);
      }
      alarm_every(20);
      while (accept(server, NULL, NULL) < 0)
        calls++;
      int before = *alarms;
      must(write(shared[1], "", 1));
      while (open("fifo", O_RDONLY) < 0)
        calls++;
      must(setitimer(ITIMER_REAL, &(struct itimerval){}, NULL));
      tell("%s %d", before && *alarms > before ? "interrupted" : "left alone", calls);`;

it('a call that the kernel restarts after signals is reported once, at its end', async () => {
  const { lines, told } = await act({
    kinds: ['accept', 'open'],
    before: `${alarms('SA_RESTART')} static int calls;`,
    main: interrupted,
  });
  expect(told).toEqual(['interrupted 0']);
  const accepts = lines.filter(({ event }) => event === 'accept');
  const opens = lines.filter(
    ({ data: { path, flags } }) => /fifo$/.test(String(path)) && flags === 'O_RDONLY',
  );
  expect(accepts).toMatchObject([{ data: { fd: expect.any(Number) } }]);
  expect(accepts[0]?.data).not.toHaveProperty('error');
  expect(opens).toHaveLength(1);
  expect(opens[0]?.data).not.toHaveProperty('error');
});

it('a call that a signal ends is reported with EINTR each time', async () => {
  const { lines, told } = await act({
    kinds: ['accept', 'open'],
    before: `${alarms('0')} static int calls;`,
    main: interrupted,
  });
  const ended = lines.filter(({ data: { error } }) => error === 'EINTR');
  expect(told).toEqual([`interrupted ${ended.length}`]);
  expect(ended.length).toBeGreaterThan(1);
});

/** For `act`: a tracer that replaces the call in which its child stops. */
const forger = `
#include <sys/ptrace.h>
#include <sys/user.h>

static void forge(pid_t child, long number)
{
	struct user_regs_struct regs;
	long name = 0;

	must(ptrace(PTRACE_GETREGS, child, 0, &regs));
	memcpy(&name, "forged", 7);
	must(ptrace(PTRACE_POKEDATA, child, regs.rsp - 4096, name));
	regs.orig_rax = number;
	regs.rdi = regs.rsp - 4096;
	must(ptrace(PTRACE_SETREGS, child, 0, &regs));
}
`;

onX64('calls that a tracer forged are not told, or are said to be doubtful', async () => {
  const { lines, told } = await act({
    kinds: ['unlink', 'mkdir', 'ptrace'],
    everything: true,
    before: forger,
    main: `
      int status, forged = 0;
      pid_t child = must(fork());
      if (!child) {
        must(ptrace(PTRACE_TRACEME, 0, 0, 0));
        raise(SIGSTOP);
        if (!must(syscall(SYS_fork)))
          _exit(0);
        execl("/bin/true", "true", NULL);
        _exit(1);
      }
      must(waitpid(child, &status, 0));
      /* Without EXITKILL, a child that waits in its first stop when this ends stays stopped for good. */
      must(ptrace(PTRACE_SETOPTIONS, child, 0, PTRACE_O_TRACEFORK | PTRACE_O_TRACEEXEC | PTRACE_O_EXITKILL));
      must(ptrace(PTRACE_CONT, child, 0, 0));
      for (;;) {
        pid_t stopped = must(waitpid(-1, &status, __WALL));
        if (WIFEXITED(status) && stopped == child)
          break;
        if (!WIFSTOPPED(status))
          continue;
        if (status >> 8 == (SIGTRAP | PTRACE_EVENT_FORK << 8) && ++forged)
          forge(child, 87);
        if (status >> 8 == (SIGTRAP | PTRACE_EVENT_EXEC << 8) && ++forged) {
          forge(child, 83);
          must(ptrace(PTRACE_DETACH, stopped, 0, 0));
          must(waitpid(child, NULL, 0));
          break;
        }
        must(ptrace(PTRACE_CONT, stopped, 0, 0));
      }
      tell("forged %d", forged);`,
  });
  expect(told).toEqual(['forged 2']);
  expect(lines.filter(({ event }) => event === 'unlink')).toEqual([]);
  // The tracer stopped an exec and replaced it by a mkdir.
  const made = lines.filter(({ event }) => event === 'mkdir');
  expect(made).toHaveLength(1);
  for (const { flags } of made) expect(flags).toContain('racy');
});
