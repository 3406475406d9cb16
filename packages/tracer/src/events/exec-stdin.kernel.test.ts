import { expect, it } from 'vitest';
import { act } from '../../test/act.js';

/** For `act`: executes `true` with a file as its descriptor 0, and a marker. */
const before = `
#include <sys/epoll.h>

static void run(int file, const char *marker)
{
	if (!must(fork())) {
		close(0);
		if (file >= 0)
			must(dup2(file, 0));
		execl("/bin/true", "true", marker, NULL);
		exit(98);
	}
	must(wait(NULL));
}
`;

const main = `
      int pair[2];
      int ends[2];
      must(socketpair(AF_UNIX, SOCK_STREAM, 0, pair));
      must(pipe(ends));
      run(pair[0], "a socket");
      run(must(socket(AF_INET, SOCK_STREAM, 0)), "a socket of the network");
      run(ends[0], "a pipe");
      run(must(open("/bin/true", O_RDONLY)), "a file");
      run(must(open("/", O_RDONLY)), "a directory");
      run(must(open("/dev/null", O_RDONLY)), "a device");
      run(must(dup(pair[0])), "a duplicate");
      run(must(epoll_create1(0)), "an epoll");
      run(-1, "nothing");
      fcntl(pair[0], F_SETFD, FD_CLOEXEC);
      if (!must(fork())) {
        must(dup3(pair[0], 0, O_CLOEXEC));
        execl("/bin/true", "true", "closed by the exec", NULL);
        exit(98);
      }
      must(wait(NULL));`;

it('says what the program reads from, as it gets it, and a condition selects by it', async () => {
  const scopes = ['reads-socket: exec.stdin=socket'];
  const { lines } = await act({ kinds: ['exec'], before, main, everything: true, options: { scopes } });
  const executed = lines.filter(({ data }) => (data['argv'] as string[]).length === 2);
  const socket = ['reads-socket'];
  expect(
    executed.map(({ data, scopes }) => [(data['argv'] as string[])[1], data['stdin'], scopes.slice(1)]),
  ).toEqual([
    ['a socket', 'socket', socket],
    ['a socket of the network', 'socket', socket],
    ['a pipe', 'fifo', []],
    ['a file', 'regular', []],
    ['a directory', 'directory', []],
    ['a device', 'character', []],
    ['a duplicate', 'socket', socket],
    ['an epoll', undefined, []],
    ['nothing', undefined, []],
    ['closed by the exec', undefined, []],
  ]);
});
