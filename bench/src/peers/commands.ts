import type { Peers } from './peers.js';

/** A command that traces, and what it takes to run it. */
export interface TracerCommand {
  readonly command: readonly string[];
  readonly tracefs: boolean;
}

/** stdbuf has a program write its lines as they come, also into a pipe; it becomes the program. */
const lineByLine = ['stdbuf', '-oL'];

/** Every exec of the machine, as libbpf-tools tell it. */
export function execsnoop(peers: Peers): TracerCommand | undefined {
  const path = peers.path('execsnoop');
  return path === undefined ? undefined : { command: [...lineByLine, path], tracefs: true };
}

/** Every open of the machine, as libbpf-tools tell it. */
export function opensnoop(peers: Peers): TracerCommand | undefined {
  const path = peers.path('opensnoop');
  return path === undefined ? undefined : { command: [...lineByLine, path], tracefs: true };
}

/** A bpftrace program. */
export function bpftrace(peers: Peers, program: string): TracerCommand | undefined {
  const path = peers.path('bpftrace');
  return path === undefined ? undefined : { command: [path, '-B', 'line', '-e', program], tracefs: true };
}

/** What its own execsnoop.bt prints of each exec. */
export const bpftraceExecs =
  'tracepoint:syscalls:sys_enter_execve { printf("%-10u %-6d ", elapsed / 1e6, pid); join(args->argv); }';

/** What its own opensnoop.bt prints of each open. */
export const bpftraceOpens = `
  tracepoint:syscalls:sys_enter_openat { @filename[tid] = args->filename; }
  tracepoint:syscalls:sys_exit_openat /@filename[tid]/ {
    $fd = args->ret >= 0 ? args->ret : -1;
    $errno = args->ret >= 0 ? 0 : - args->ret;
    printf("%-6d %-16s %4d %3d %s\\n", pid, comm, $fd, $errno, str(@filename[tid]));
    delete(@filename[tid]);
  }
  END { clear(@filename); }`;
