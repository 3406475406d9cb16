/** For `act`: headers of the calls of `privileged`, and a user that cannot do harm with them. */
export const privileged = `
#include <linux/filter.h>
#include <linux/keyctl.h>
#include <linux/perf_event.h>
#include <linux/reboot.h>
#include <linux/seccomp.h>
#include <linux/securebits.h>
#include <linux/userfaultfd.h>
#include <sys/prctl.h>
#include <sys/time.h>
#include <sys/timex.h>

/* A user without privileges, so that no call can do harm. */
#define as_nobody(calls)                                                                                       \\
	do {                                                                                                   \\
		if (!must(fork())) {                                                                           \\
			must(setuid(1001));                                                                    \\
			calls;                                                                                 \\
			_exit(0);                                                                              \\
		}                                                                                              \\
		must(wait(NULL));                                                                              \\
	} while (0)
`;
