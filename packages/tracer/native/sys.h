/*
 * System calls without a C library, for x86-64 and arm64. The programs in this folder are static
 * and have a few kilobytes. They run with any libc, start at once, and change nothing that the
 * command inherits.
 *
 * Each call returns -errno on failure, as the kernel does.
 */
#ifndef SPOOR_NATIVE_SYS_H
#define SPOOR_NATIVE_SYS_H

typedef unsigned char u8;
typedef unsigned short u16;
typedef unsigned int u32;
typedef unsigned long u64;

#if defined(__x86_64__)
#define NR(x86, arm64) x86
__asm__(".globl _start\n_start:\n\txor %ebp, %ebp\n\tmov %rsp, %rdi\n\tand $-16, %rsp\n\tcall start\n");

static inline long sys6(long nr, long a, long b, long c, long d, long e, long f)
{
	register long r10 __asm__("r10") = d;
	register long r8 __asm__("r8") = e;
	register long r9 __asm__("r9") = f;
	long result;

	__asm__ volatile("syscall"
			 : "=a"(result)
			 : "a"(nr), "D"(a), "S"(b), "d"(c), "r"(r10), "r"(r8), "r"(r9)
			 : "rcx", "r11", "memory");
	return result;
}
#elif defined(__aarch64__)
#define NR(x86, arm64) arm64
__asm__(".globl _start\n_start:\n\tmov x29, #0\n\tmov x30, #0\n\tmov x0, sp\n\tbl start\n");

static inline long sys6(long nr, long a, long b, long c, long d, long e, long f)
{
	register long x8 __asm__("x8") = nr;
	register long x0 __asm__("x0") = a;
	register long x1 __asm__("x1") = b;
	register long x2 __asm__("x2") = c;
	register long x3 __asm__("x3") = d;
	register long x4 __asm__("x4") = e;
	register long x5 __asm__("x5") = f;

	__asm__ volatile("svc 0"
			 : "+r"(x0)
			 : "r"(x8), "r"(x1), "r"(x2), "r"(x3), "r"(x4), "r"(x5)
			 : "memory");
	return x0;
}
#else
#error "x86-64 or arm64"
#endif

#define SYS(nr, a, b, c, d, e) sys6(nr, (long)(a), (long)(b), (long)(c), (long)(d), (long)(e), 0)

enum { AT_FDCWD = -100, AT_EXECFN = 31 };
enum { O_RDONLY = 0, O_WRONLY = 1, O_RDWR = 2, O_NONBLOCK = 04000, O_CLOEXEC = 02000000 };
enum { F_GETFD = 1, F_SETFD = 2, F_SETFL = 4, F_DUPFD_CLOEXEC = 1030, FD_CLOEXEC = 1 };
enum { X_OK = 1, F_OK = 0 };
enum { AF_UNIX = 1, SOCK_STREAM = 1, SOCK_CLOEXEC = O_CLOEXEC };
enum { POLLIN = 1, POLLHUP = 16 };
enum { PROT_READ = 1, PROT_WRITE = 2, MAP_PRIVATE = 2, MAP_ANONYMOUS = 32 };
enum { PR_SET_PDEATHSIG = 1, PR_GET_SECUREBITS = 27, PR_SET_SECUREBITS = 28, PR_SET_NO_NEW_PRIVS = 38 };
enum { SECBIT_NO_SETUID_FIXUP = 4, RLIMIT_CORE = 4, RLIMIT_NOFILE = 7 };

enum {
	ENOENT = 2, EINTR = 4, ENOEXEC = 8, EAGAIN = 11, EACCES = 13, EEXIST = 17, ENOTDIR = 20, ENAMETOOLONG = 36, ELOOP = 40,
	ESTALE = 116,
};

enum {
	SIGHUP = 1, SIGINT = 2, SIGQUIT = 3, SIGKILL = 9, SIGUSR2 = 12, SIGTERM = 15, SIGCHLD = 17, SIGCONT = 18,
	SIGSTOP = 19, SIGTSTP = 20, SIGTTIN = 21, SIGTTOU = 22,
};

enum { SIG_BLOCK = 0, SIG_UNBLOCK = 1, SIG_SETMASK = 2 };

struct sigaction {
	void (*handler)(int);
	u64 flags;
	void (*restorer)(void);
	u64 mask;
};

/* The part of siginfo_t that SIGCHLD fills: include/uapi/asm-generic/siginfo.h. */
struct child_info {
	int signo, error, code, pad;
	int pid, uid, status;
	int rest[25];
};

struct timespec {
	long seconds, nanoseconds;
};

struct pollfd {
	int fd;
	u16 events, revents;
};

static inline u64 bit_of(int signal)
{
	return 1UL << (signal - 1);
}

static inline long sys_read(int fd, void *bytes, u64 size) { return SYS(NR(0, 63), fd, bytes, size, 0, 0); }
static inline long sys_write(int fd, const void *bytes, u64 size) { return SYS(NR(1, 64), fd, bytes, size, 0, 0); }
static inline long sys_open(const char *path, int flags) { return SYS(NR(257, 56), AT_FDCWD, path, flags, 0, 0); }
static inline long sys_close(int fd) { return SYS(NR(3, 57), fd, 0, 0, 0, 0); }
static inline long sys_close_from(int fd) { return SYS(NR(436, 436), fd, ~0U, 0, 0, 0); }
static inline long sys_dup(int fd, int to, int flags) { return SYS(NR(292, 24), fd, to, flags, 0, 0); }
static inline long sys_fcntl(int fd, int what, long value) { return SYS(NR(72, 25), fd, what, value, 0, 0); }
static inline long sys_access(const char *path, int mode) { return SYS(NR(269, 48), AT_FDCWD, path, mode, 0, 0); }
static inline long sys_readlink(const char *path, char *target, u64 size)
{
	return SYS(NR(267, 78), AT_FDCWD, path, target, size, 0);
}
static inline long sys_socketpair(int type, int fds[2]) { return SYS(NR(53, 199), AF_UNIX, type, 0, fds, 0); }
static inline long sys_ppoll(struct pollfd *fds, u64 count, const struct timespec *limit)
{
	return SYS(NR(271, 73), fds, count, limit, 0, 8);
}
static inline long sys_fork(void) { return SYS(NR(56, 220), SIGCHLD, 0, 0, 0, 0); }
static inline long sys_execve(const char *path, char *const *argv, char *const *envp)
{
	return SYS(NR(59, 221), path, argv, envp, 0, 0);
}
static inline long sys_waitid(int pid, struct child_info *info, int options)
{
	/* P_ALL, P_PID */
	return SYS(NR(247, 95), pid ? 1 : 0, pid, info, options, 0);
}
static inline long sys_kill(int pid, int signal) { return SYS(NR(62, 129), pid, signal, 0, 0, 0); }
static inline long sys_getpid(void) { return SYS(NR(39, 172), 0, 0, 0, 0, 0); }
static inline long sys_geteuid(void) { return SYS(NR(107, 175), 0, 0, 0, 0, 0); }
static inline long sys_getppid(void) { return SYS(NR(110, 173), 0, 0, 0, 0, 0); }
static inline long sys_getpgid(int pid) { return SYS(NR(121, 155), pid, 0, 0, 0, 0); }
static inline long sys_setpgid(int pid, int group) { return SYS(NR(109, 154), pid, group, 0, 0, 0); }
static inline long sys_setsid(void) { return SYS(NR(112, 157), 0, 0, 0, 0, 0); }
static inline long sys_prctl(int what, long value) { return SYS(NR(157, 167), what, value, 0, 0, 0); }
static inline long sys_setgroups(u64 count, const u32 *groups) { return SYS(NR(116, 159), count, groups, 0, 0, 0); }
static inline long sys_setresgid(u32 id) { return SYS(NR(119, 149), id, id, id, 0, 0); }
static inline long sys_setresuid(u32 id) { return SYS(NR(117, 147), id, id, id, 0, 0); }
static inline long sys_sigprocmask(int how, const u64 *set, u64 *old)
{
	return SYS(NR(14, 135), how, set, old, 8, 0);
}
static inline long sys_sigaction(int signal, const struct sigaction *action, struct sigaction *old)
{
	return SYS(NR(13, 134), signal, action, old, 8, 0);
}
static inline long sys_sigtimedwait(const u64 *set, void *info, const struct timespec *limit)
{
	return SYS(NR(128, 137), set, info, limit, 8, 0);
}
static inline long sys_signalfd(const u64 *set, int flags) { return SYS(NR(289, 74), -1, set, 8, flags, 0); }
static inline long sys_mmap(u64 size)
{
	return sys6(NR(9, 222), 0, size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
}
static inline long sys_getrlimit(int what, u64 limits[2]) { return SYS(NR(302, 261), 0, what, 0, limits, 0); }
static inline long sys_prlimit(int what, const u64 limits[2]) { return SYS(NR(302, 261), 0, what, limits, 0, 0); }
static inline _Noreturn void sys_exit(int status)
{
	for (;;)
		SYS(NR(231, 94), status, 0, 0, 0, 0);
}

/* The compiler may call these two. */
__attribute__((no_builtin, used)) void *memset(void *to, int byte, u64 size)
{
	for (u64 i = 0; i < size; i++)
		((u8 *)to)[i] = byte;
	return to;
}

__attribute__((no_builtin, used)) void *memcpy(void *to, const void *from, u64 size)
{
	for (u64 i = 0; i < size; i++)
		((u8 *)to)[i] = ((const u8 *)from)[i];
	return to;
}

__attribute__((no_builtin)) static u64 length_of(const char *text)
{
	u64 length = 0;

	while (text[length])
		length++;
	return length;
}

static int equals(const char *a, const char *b)
{
	for (; *a && *a == *b; a++, b++)
		;
	return *a == *b;
}

static int begins_with(const char *text, const char *begin)
{
	for (; *begin; text++, begin++)
		if (*text != *begin)
			return 0;
	return 1;
}

/* Returns the value of NAME in an environment, or NULL. */
static const char *value_of(char *const *env, const char *name)
{
	u64 length = length_of(name);

	for (; *env; env++)
		if (begins_with(*env, name) && (*env)[length] == '=')
			return *env + length + 1;
	return 0;
}

/* Reads all of `size` bytes. Returns an error, or 0 at the end of the stream. */
static long read_all(int fd, void *bytes, u64 size)
{
	for (u64 done = 0; done < size;) {
		long count = sys_read(fd, (u8 *)bytes + done, size - done);

		if (count == -EINTR)
			continue;
		if (count <= 0)
			return count;
		done += count;
	}
	return size;
}

static void write_all(int fd, const void *bytes, u64 size)
{
	for (u64 done = 0; done < size;) {
		long count = sys_write(fd, (const u8 *)bytes + done, size - done);

		if (count == -EINTR)
			continue;
		if (count <= 0)
			return;
		done += count;
	}
}

/* Reads a decimal number. `end` then points to the first other character. */
static long number_from(const char *text, const char **end)
{
	long value = 0;

	for (; *text >= '0' && *text <= '9' && value < 1 << 30; text++)
		value = value * 10 + *text - '0';
	*end = text;
	return value;
}

static char *append_text(char *to, const char *text)
{
	while (*text)
		*to++ = *text++;
	*to = 0;
	return to;
}

static char *append_number(char *to, u64 value)
{
	char digits[24];
	int count = 0;

	do
		digits[count++] = '0' + value % 10;
	while (value /= 10);
	while (count)
		*to++ = digits[--count];
	*to = 0;
	return to;
}

#endif
