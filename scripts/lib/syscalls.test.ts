import { expect, test } from 'vitest';
import { callsIn } from './syscalls.mjs';

test('callsIn reads plain numbers and those of calls whose name depends on the width', () => {
  const header = `#define __NR_umask 166
__SYSCALL(__NR_umask, sys_umask)
#define __NR3264_truncate 45
#define __NR3264_fstatat 79
#if defined(__SYSCALL_COMPAT) || __BITS_PER_LONG == 32
#define __NR_clock_gettime64 403
#endif
#define __NR_cachestat 451
#define __NR_syscalls 452
#define __NR_truncate __NR3264_truncate
#define __NR_newfstatat __NR3264_fstatat
#define __NR_truncate64 __NR3264_truncate
#define __NR_fstatat64 __NR3264_fstatat
`;
  expect(Object.fromEntries(callsIn(header))).toEqual({
    umask: 166,
    truncate: 45,
    newfstatat: 79,
    cachestat: 451,
  });
});
