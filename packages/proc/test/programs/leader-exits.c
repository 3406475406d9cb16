/* A process whose leader exits while another thread lives; says a line when that has happened. */
#include <pthread.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

static void *survive(void *unused)
{
	char state[256] = "";

	/* The leader is a zombie once /proc says so. */
	while (!strstr(state, ") Z ")) {
		FILE *stat = fopen("/proc/self/stat", "r");

		if (!stat || !fgets(state, sizeof(state), stat))
			return unused;
		fclose(stat);
		usleep(1000);
	}
	printf("up\n");
	fflush(stdout);
	pause();
	return unused;
}

int main(void)
{
	pthread_t thread;

	if (pthread_create(&thread, NULL, survive, NULL))
		return 1;
	pthread_exit(NULL);
}
