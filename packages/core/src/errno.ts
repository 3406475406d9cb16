/**
 * Linux error numbers, 1 to 133: include/uapi/asm-generic/errno-base.h and errno.h, as x86-64 and
 * arm64 have them. The table does not depend on the system that runs it, because recordings are
 * also read elsewhere.
 */
const names =
  `EPERM ENOENT ESRCH EINTR EIO ENXIO E2BIG ENOEXEC EBADF ECHILD EAGAIN ENOMEM EACCES EFAULT ENOTBLK EBUSY EEXIST
EXDEV ENODEV ENOTDIR EISDIR EINVAL ENFILE EMFILE ENOTTY ETXTBSY EFBIG ENOSPC ESPIPE EROFS EMLINK EPIPE EDOM ERANGE
EDEADLK ENAMETOOLONG ENOLCK ENOSYS ENOTEMPTY ELOOP 41 ENOMSG EIDRM ECHRNG EL2NSYNC EL3HLT EL3RST ELNRNG EUNATCH
ENOCSI EL2HLT EBADE EBADR EXFULL ENOANO EBADRQC EBADSLT 58 EBFONT ENOSTR ENODATA ETIME ENOSR ENONET ENOPKG EREMOTE
ENOLINK EADV ESRMNT ECOMM EPROTO EMULTIHOP EDOTDOT EBADMSG EOVERFLOW ENOTUNIQ EBADFD EREMCHG ELIBACC ELIBBAD ELIBSCN
ELIBMAX ELIBEXEC EILSEQ ERESTART ESTRPIPE EUSERS ENOTSOCK EDESTADDRREQ EMSGSIZE EPROTOTYPE ENOPROTOOPT
EPROTONOSUPPORT ESOCKTNOSUPPORT EOPNOTSUPP EPFNOSUPPORT EAFNOSUPPORT EADDRINUSE EADDRNOTAVAIL ENETDOWN ENETUNREACH
ENETRESET ECONNABORTED ECONNRESET ENOBUFS EISCONN ENOTCONN ESHUTDOWN ETOOMANYREFS ETIMEDOUT ECONNREFUSED EHOSTDOWN
EHOSTUNREACH EALREADY EINPROGRESS ESTALE EUCLEAN ENOTNAM ENAVAIL EISNAM EREMOTEIO EDQUOT ENOMEDIUM EMEDIUMTYPE
ECANCELED ENOKEY EKEYEXPIRED EKEYREVOKED EKEYREJECTED EOWNERDEAD ENOTRECOVERABLE ERFKILL EHWPOISON`.split(
    /\s+/,
  );

/**
 * Numbers outside of errno.h: those that the kernel uses internally and that a tracer or a map call
 * still sees (include/linux/errno.h), and libbpf's own (libbpf_legacy.h).
 */
const others = {
  ERESTARTSYS: 512,
  ERESTARTNOINTR: 513,
  ERESTARTNOHAND: 514,
  ENOIOCTLCMD: 515,
  ERESTART_RESTARTBLOCK: 516,
  EPROBE_DEFER: 517,
  ENOTSUPP: 524,
  LIBBPF_LIBELF: 4000,
  LIBBPF_FORMAT: 4001,
  LIBBPF_KVERSION: 4002,
  LIBBPF_ENDIAN: 4003,
  LIBBPF_INTERNAL: 4004,
  LIBBPF_RELOC: 4005,
} as const;

/**
 * Error numbers that this project compares with. `ENOTSUPP` is 524, which map calls return to user
 * space.
 */
export const errno = {
  EPERM: 1,
  ENOENT: 2,
  ESRCH: 3,
  EINTR: 4,
  E2BIG: 7,
  EBADF: 9,
  EAGAIN: 11,
  ENOMEM: 12,
  EACCES: 13,
  EFAULT: 14,
  EBUSY: 16,
  EEXIST: 17,
  EINVAL: 22,
  ENFILE: 23,
  EMFILE: 24,
  ENOSPC: 28,
  ERANGE: 34,
  ENOSYS: 38,
  ELOOP: 40,
  EOPNOTSUPP: 95,
  ENOTSUPP: others.ENOTSUPP,
} as const;

const otherNames = new Map<number, string>(Object.entries(others).map(([name, number]) => [number, name]));

/**
 * Returns the name of an error number: `ENOENT` for 2 or -2. A number without a name gives `errno
 * 1234`.
 *
 * @example
 * ```ts
 * errnoName(2); // 'ENOENT'
 * ```
 */
export function errnoName(number: number): string {
  return knownErrnoName(number) ?? `errno ${Math.abs(number)}`;
}

/**
 * Returns the name of an error number, or `undefined` if it has no name.
 *
 * @example
 * ```ts
 * knownErrnoName(-2); // 'ENOENT'
 * ```
 */
export function knownErrnoName(number: number): string | undefined {
  const positive = Math.abs(number);
  const name = names[positive - 1];
  // Linux has no error 41 and no error 58: their place in the table holds the number.
  return name === undefined || /^\d/.test(name) ? otherNames.get(positive) : name;
}
