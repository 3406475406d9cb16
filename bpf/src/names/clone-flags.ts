import { type BitNames, bitNames } from './bits.js';

/** Flags of unshare() and setns(): include/uapi/linux/sched.h. */
export const cloneFlags: BitNames = bitNames(
  'CLONE_',
  `NEWTIME VM FS FILES SIGHAND PIDFD PTRACE VFORK PARENT THREAD NEWNS SYSVSEM SETTLS PARENT_SETTID CHILD_CLEARTID
DETACHED UNTRACED CHILD_SETTID NEWCGROUP NEWUTS NEWIPC NEWUSER NEWPID NEWNET IO`,
  7,
);
