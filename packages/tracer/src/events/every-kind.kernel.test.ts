import { events } from '@spoor/bpf';
import type { EventKind } from '@spoor/event';
import { expect, it } from 'vitest';
import { act } from '../../test/act.js';
import { answerOf, inC, nameServer } from '../../test/dns.js';
import { sockets } from '../../test/sockets.js';

declare module 'vitest' {
  interface TaskMeta {
    /** The hooks in use, for the table of `pnpm test:kernels`. */
    variants?: Readonly<Record<string, string>>;
  }
}

const before = `${sockets}${nameServer}
static void receive_answer(void)
{
	char buffer[512];

	own_network();
	open_server(SOCK_DGRAM);
	answer(${inC(answerOf({ name: 'a.test' }))});
	must(recv(client, buffer, sizeof(buffer), 0));
}
`;
const eventKinds = Object.keys(events) as EventKind[];
const loopback = { family: 'inet', address: '127.0.0.1' };

it('reports each event kind once, in one trace', async ({ task }) => {
  const { lines, told, variants } = await act({
    kinds: eventKinds,
    before,
    main: `
      must(mkdir("folder", 0700));
      close(must(open("folder/file", O_CREAT | O_WRONLY, 0600)));
      must(chmod("folder/file", 0640));
      must(chown("folder/file", 1001, 1002));
      must(link("folder/file", "folder/second"));
      must(symlink("file", "folder/symbolic"));
      must(mknod("folder/pipe", S_IFIFO | 0600, 0));
      must(truncate("folder/file", 5));
      setxattr("missing", "user.note", "", 0, 0);
      must(rename("folder/file", "folder/other"));
      must(unlink("folder/other"));

      struct sockaddr_in any = { .sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
      int server = must(socket(AF_INET, SOCK_STREAM, 0)), client = must(socket(AF_INET, SOCK_STREAM, 0));
      must(bind(server, (void *)&any, sizeof(any)));
      must(listen(server, 1));
      any.sin_port = htons(port_of(server));
      tell("%d", port_of(server));
      must(connect(client, (void *)&any, sizeof(any)));
      must(accept(server, NULL, NULL));
      close(client);

      must(socket(AF_NETLINK, SOCK_RAW, 0));

      signal(SIGPIPE, SIG_IGN);
      int ends[2];
      must(pipe(ends));
      close(ends[0]);
      write(ends[1], "", 1);
      execve("missing", (char *[]){ "missing", NULL }, NULL);
      must(kill(getpid(), 0));
      ptrace(PTRACE_ATTACH, 0, 0, 0);
      syscall(SYS_process_vm_readv, 0, NULL, 0, NULL, 0, 0);
      mount("none", "missing", "tmpfs", 0, "");
      must(unshare(CLONE_NEWUTS));
      receive_answer();
      syscall(SYS_init_module, "no image", 8, "");
      syscall(SYS_keyctl, 999);
      static union bpf_attr map = { .map_type = BPF_MAP_TYPE_ARRAY, .key_size = 4, .value_size = 8, .max_entries = 1 };
      must(syscall(SYS_bpf, BPF_MAP_CREATE, &map, sizeof(map)));
      must(syscall(SYS_io_uring_setup, 8, &(struct io_uring_params){ 0 }));

      struct __user_cap_header_struct header = { .version = _LINUX_CAPABILITY_VERSION_3 };
      struct __user_cap_data_struct sets[2];
      must(syscall(SYS_capget, &header, sets));
      must(syscall(SYS_capset, &header, sets));
      int fd = must(open("written", O_CREAT | O_WRONLY, 0600));
      must(write(fd, "123", 3));
      close(fd);
      must(setgid(1002));
      must(setuid(1001));
      if (!must(fork()))
        _exit(3);
      must(wait(NULL));`,
  });
  task.meta.variants = variants;
  const first = new Map<string, Record<string, unknown>>();
  for (const { event, data } of lines) if (!first.has(event)) first.set(event, data);
  expect(new Set(first.keys())).toEqual(new Set(eventKinds));
  const port = Number(told[0]);
  expect(Object.fromEntries(first)).toMatchObject({
    dns: { name: 'a.test', address: '127.0.0.53', code: 'NOERROR' },
    'connection-end': { ...loopback, direction: 'connect', closedBy: 'self' },
    exit: { code: 3 },
    mkdir: { path: 'folder' },
    chmod: { path: 'folder/file', mode: '0640' },
    chown: { path: 'folder/file' },
    symlink: { target: 'file', path: 'folder/symbolic' },
    mknod: { path: 'folder/pipe', type: 'fifo' },
    truncate: { path: 'folder/file', length: '5' },
    setxattr: { call: 'setxattr', attribute: 'user.note', error: 'ENOENT' },
    unlink: { path: 'folder/other' },
    bind: { ...loopback, port },
    listen: { ...loopback, port, backlog: 1 },
    connect: { ...loopback, port },
    socket: { family: 'netlink', type: 'raw', netlink: 'NETLINK_ROUTE' },
    'map-exec': { call: 'mmap', memory: 'file' },
    signal: { signal: 'SIGPIPE', code: 'SI_USER', outcome: 'ignored', action: 'ignore' },
    'exec-failed': { filename: 'missing', argv: ['missing'], error: 'ENOENT' },
    ptrace: { error: 'ESRCH' },
    'process-vm': { call: 'process_vm_readv', pid: 0 },
    mount: { error: 'ENOENT' },
    namespace: { call: 'unshare', flags: 'CLONE_NEWUTS' },
    privileged: { call: 'keyctl', operation: '999' },
    'module-load': { imageSize: '8' },
    bpf: { command: 'BPF_MAP_CREATE', type: 'array' },
    write: { writtenBytes: '3', created: true, changed: true },
    setgid: { call: 'setgid', requested: [1002] },
    setuid: { call: 'setuid', requested: [1001] },
  });
});
