import { type Names, namesOf } from './names.js';

/** Names of si_code: include/uapi/asm-generic/siginfo.h. `-` stands for a code without a name. */
const ofSignal: Readonly<Record<number, { readonly prefix: string; readonly names: string }>> = {
  4: { prefix: 'ILL', names: 'ILLOPC ILLOPN ILLADR ILLTRP PRVOPC PRVREG COPROC BADSTK BADIADDR' },
  5: { prefix: 'TRAP', names: 'BRKPT TRACE BRANCH HWBKPT UNK PERF' },
  7: { prefix: 'BUS', names: 'ADRALN ADRERR OBJERR MCEERR_AR MCEERR_AO' },
  8: {
    prefix: 'FPE',
    names: 'INTDIV INTOVF FLTDIV FLTOVF FLTUND FLTRES FLTINV FLTSUB - - - - - FLTUNK CONDTRAP',
  },
  11: { prefix: 'SEGV', names: 'MAPERR ACCERR BNDERR PKUERR ACCADI ADIDERR ADIPERR MTEAERR MTESERR CPERR' },
  29: { prefix: 'POLL', names: 'IN OUT MSG ERR PRI HUP' },
  31: { prefix: 'SYS', names: 'SECCOMP USER_DISPATCH' },
};

const ofAny: Readonly<Record<number, string>> = {
  0: 'SI_USER',
  128: 'SI_KERNEL',
  [-2]: 'SI_TIMER',
  [-3]: 'SI_MESGQ',
  [-4]: 'SI_ASYNCIO',
  [-5]: 'SI_SIGIO',
  [-60]: 'SI_ASYNCNL',
};

const names = new Map<number, string>();
for (const [code, name] of Object.entries(ofAny)) names.set(Number(code) & 0xffff, name);
for (const [signal, { prefix, names: own }] of Object.entries(ofSignal))
  for (const [index, name] of own.split(' ').entries())
    if (name !== '-') names.set(Number(signal) * 0x1_0000 + index + 1, `${prefix}_${name}`);

/** Codes as a record has them: `code` of `struct signal_event`. */
export const signalCodes: Names<string> = namesOf(
  (code) => names.get(code) ?? String((code << 16) >> 16),
  [...names.keys()],
  'SEGV_MAPERR, SI_KERNEL',
);
