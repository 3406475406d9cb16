/** For `act`: named child processes that wait until they are ended. */
export const childProcesses = `
#include <sys/prctl.h>

__attribute__((unused)) static pid_t child(const char *name)
{
	int ready[2];
	char byte;
	pid_t pid;

	must(pipe(ready));
	pid = must(fork());
	if (!pid) {
		prctl(PR_SET_NAME, name);
		signal(SIGUSR1, SIG_IGN);
		signal(SIGUSR2, SIG_IGN);
		must(write(ready[1], "", 1));
		for (;;)
			pause();
	}
	must(read(ready[0], &byte, 1));
	close(ready[0]);
	close(ready[1]);
	return pid;
}

__attribute__((unused)) static void end(pid_t pid)
{
	must(kill(pid, SIGKILL));
	must(waitpid(pid, NULL, 0));
}
`;
