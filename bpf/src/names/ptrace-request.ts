import { type Architecture, type Names, namesOf, numbersTo } from './names.js';

/** include/uapi/linux/ptrace.h */
const common: Readonly<Record<number, string>> = {
  0: 'TRACEME',
  1: 'PEEKTEXT',
  2: 'PEEKDATA',
  3: 'PEEKUSR',
  4: 'POKETEXT',
  5: 'POKEDATA',
  6: 'POKEUSR',
  7: 'CONT',
  8: 'KILL',
  9: 'SINGLESTEP',
  16: 'ATTACH',
  17: 'DETACH',
  24: 'SYSCALL',
};

/** Requests from 0x4200 on, in that header. */
const generic =
  `SETOPTIONS GETEVENTMSG GETSIGINFO SETSIGINFO GETREGSET SETREGSET SEIZE INTERRUPT LISTEN PEEKSIGINFO GETSIGMASK
SETSIGMASK SECCOMP_GET_FILTER SECCOMP_GET_METADATA GET_SYSCALL_INFO GET_RSEQ_CONFIGURATION
SET_SYSCALL_USER_DISPATCH_CONFIG GET_SYSCALL_USER_DISPATCH_CONFIG SET_SYSCALL_INFO`.split(/\s+/);

/** arch/x86/include/uapi/asm/ptrace-abi.h and arch/arm64/include/uapi/asm/ptrace.h */
const machine: Readonly<Record<Architecture, Readonly<Record<number, string>>>> = {
  x64: {
    12: 'GETREGS',
    13: 'SETREGS',
    14: 'GETFPREGS',
    15: 'SETFPREGS',
    18: 'GETFPXREGS',
    19: 'SETFPXREGS',
    21: 'OLDSETOPTIONS',
    25: 'GET_THREAD_AREA',
    26: 'SET_THREAD_AREA',
    30: 'ARCH_PRCTL',
    31: 'SYSEMU',
    32: 'SYSEMU_SINGLESTEP',
    33: 'SINGLEBLOCK',
  },
  arm64: { 31: 'SYSEMU', 32: 'SYSEMU_SINGLESTEP', 33: 'PEEKMTETAGS', 34: 'POKEMTETAGS' },
};

export const ptraceRequests: Names<string> = namesOf(
  ptraceRequestName,
  [...numbersTo(34), ...numbersTo(0x4200 + generic.length - 1, 0x4200)],
  'PTRACE_ATTACH, PTRACE_SEIZE',
);

/** Returns `PTRACE_ATTACH` for 16, and the digits of a number without a name. */
function ptraceRequestName(request: number, architecture: Architecture): string {
  const name = common[request] ?? machine[architecture][request] ?? generic[request - 0x4200];
  return name === undefined ? String(request) : `PTRACE_${name}`;
}
