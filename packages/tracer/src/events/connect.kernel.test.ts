import { describe, expect, it } from 'vitest';
import { act, fromUserMemory, hostile } from '../../test/act.js';
import { sockets as before } from '../../test/sockets.js';

describe('connect', () => {
  it('IP and unix peers, and failures', async () => {
    const { data, lines, told, folder } = await act({
      kinds: ['connect'],
      before,
      main: `
        int server = listener(), fd[8];
        struct sockaddr_in four = v4("127.0.0.1", port_of(server));
        struct sockaddr_un name;
        tell("%d", port_of(server));
        for (int i = 0; i < 8; i++)
          fd[i] = must(socket(i < 4 ? AF_INET : AF_UNIX, SOCK_STREAM, 0));
        must(connect(fd[0], (void *)&four, sizeof(four)));
        must(fcntl(fd[1], F_SETFL, O_NONBLOCK));
        connect(fd[1], (void *)&four, sizeof(four));
        connect(fd[1], (void *)&four, sizeof(four));
        four = v4("127.0.0.1", 1);
        connect(fd[2], (void *)&four, sizeof(four));
        connect(999, (void *)&four, sizeof(four));
        socklen_t length = unix_name(&name, HOSTILE, sizeof(HOSTILE));
        must(bind(fd[4], (void *)&name, length));
        must(listen(fd[4], 5));
        must(connect(fd[5], (void *)&name, length));
        length = unix_name(&name, "\\0" HOSTILE, sizeof(HOSTILE));
        connect(fd[6], (void *)&name, length);
        length = unix_name(&name, "act.c", 5);
        connect(fd[7], (void *)&name, length);`,
    });
    const port = Number(told[0]);
    expect(data.slice(0, 5)).toEqual([
      { fd: 4, family: 'inet', address: '127.0.0.1', port },
      { fd: 5, family: 'inet', address: '127.0.0.1', port, error: 'EINPROGRESS' },
      expect.objectContaining({ fd: 5, family: 'inet', address: '127.0.0.1', port }),
      { fd: 6, family: 'inet', address: '127.0.0.1', port: 1, error: 'ECONNREFUSED' },
      { fd: 999, family: 'inet', address: '127.0.0.1', port: 1, error: 'EBADF' },
    ]);
    const [evil, abstract, plain] = data.slice(5);
    expect(evil).toMatchObject({ family: 'unix', address: `${folder}/${hostile.text}` });
    expect(evil).not.toHaveProperty('error');
    expect(abstract).toMatchObject({ addressRaw: `40${hostile.hex}`, error: 'ECONNREFUSED' });
    expect(plain).toEqual({ fd: 11, family: 'unix', address: 'act.c', error: 'ECONNREFUSED' });
    expect(fromUserMemory(lines)).toEqual([3, 4, 6, 7]);
  });

  it('an address that another thread rewrites during the call: the one that was connected to', async () => {
    const { data, told } = await act({
      kinds: ['connect'],
      before: `${before}
static struct sockaddr_un shared;
static socklen_t shared_length;
static int server;
static volatile int connecting;

/* Waits until the call hangs on the full queue, rewrites its address, then lets it go on. */
static void *rewrite(void *unused)
{
	while (!connecting)
		sched_yield();
	usleep(200000);
	memcpy(shared.sun_path, "\\0other", 6);
	close(must(accept(server, NULL, NULL)));
	return NULL;
}`,
      main: `
        pthread_t thread;
        char path[20];
        int length = sprintf(path, "-mine-%d", getpid());
        path[0] = 0;
        shared_length = unix_name(&shared, path, length);
        server = must(socket(AF_UNIX, SOCK_STREAM, 0));
        must(bind(server, (void *)&shared, shared_length));
        must(listen(server, 0));
        must(pthread_create(&thread, NULL, rewrite, NULL));
        must(connect(must(socket(AF_UNIX, SOCK_STREAM, 0)), (void *)&shared, shared_length));
        int second = must(socket(AF_UNIX, SOCK_STREAM, 0));
        connecting = 1;
        must(connect(second, (void *)&shared, shared_length));
        pthread_join(thread, NULL);
        tell("%s", path + 1);
        tell("%.5s", shared.sun_path + 1);`,
    });
    expect(told[1]).toBe('other');
    expect(data.map(({ address }) => address)).toEqual([`@${told[0]}`, `@${told[0]}`]);
  });
});
