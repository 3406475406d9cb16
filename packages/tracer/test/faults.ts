/** For `act`: `FAULT` runs statements in a child, which a signal may end, and waits for it. */
export const faults = `
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/time.h>

#define FAULT(...)                                                                                             \\
	do {                                                                                                   \\
		if (!must(fork())) {                                                                           \\
			struct rlimit none = { 0 };                                                            \\
			setrlimit(RLIMIT_CORE, &none);                                                         \\
			__VA_ARGS__;                                                                           \\
			_exit(0);                                                                              \\
		}                                                                                              \\
		must(wait(NULL));                                                                              \\
	} while (0)

__attribute__((unused)) static void handler(int signal) { _exit(0); }
`;
