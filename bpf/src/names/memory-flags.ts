import { type BitNames, bitNames } from './bits.js';

/** Flags of mprotect(): include/uapi/asm-generic/mman-common.h. */
export const protectionFlags: BitNames = [
  ...bitNames('PROT_', 'READ WRITE EXEC SEM BTI MTE'),
  [0x0100_0000, 'PROT_GROWSDOWN'],
  [0x0200_0000, 'PROT_GROWSUP'],
];

/** Flags of shmat(): include/uapi/linux/shm.h. */
export const sharedMemoryFlags: BitNames = bitNames('SHM_', 'RDONLY RND REMAP EXEC', 12);

/** Flags of mmap(): include/uapi/asm-generic/mman.h. */
export const mapFlags: BitNames = [
  [0x3, 'MAP_SHARED_VALIDATE'],
  ...bitNames('MAP_', 'SHARED PRIVATE - - FIXED ANONYMOUS 32BIT - GROWSDOWN - - DENYWRITE EXECUTABLE LOCKED'),
  ...bitNames('MAP_', 'NORESERVE POPULATE NONBLOCK STACK HUGETLB SYNC FIXED_NOREPLACE', 14),
];
