/* Runs a copy of a program that has no name in any file system: from-memory PROGRAM ARGUMENT... */
#define _GNU_SOURCE
#include <fcntl.h>
#include <sys/mman.h>
#include <sys/sendfile.h>
#include <sys/stat.h>
#include <unistd.h>

extern char **environ;

int main(int argc, char **argv)
{
	int program = argc > 1 ? open(argv[1], O_RDONLY) : -1;
	int memory = memfd_create("spoor test", MFD_CLOEXEC);
	struct stat stat;

	if (program < 0 || memory < 0 || fstat(program, &stat))
		return 1;
	for (off_t done = 0; done < stat.st_size;)
		if (sendfile(memory, program, &done, stat.st_size - done) <= 0)
			return 1;
	fexecve(memory, argv + 1, environ);
	return 1;
}
