import type { Peers } from './peers.js';

/** A command that traces, and what it takes to run it. */
export interface TracerCommand {
  readonly command: readonly string[];
  readonly tracefs: boolean;
}

/**
 * How a tracer writes where no terminal is: its lines as they come, for who waits for the first of
 * them; or whole blocks, which costs it least.
 */
export type Buffering = 'line' | 'block';

/** A tool of libbpf-tools, which reports the whole machine. */
export function snoop(
  peers: Peers,
  name: 'execsnoop' | 'opensnoop' | 'tcpconnect',
  buffering: Buffering,
): TracerCommand | undefined {
  const path = peers.path(name);
  if (path === undefined) return undefined;
  // stdbuf becomes the program.
  return { command: [...(buffering === 'line' ? ['stdbuf', '-oL'] : []), path], tracefs: true };
}

/** A bpftrace program. */
export function bpftrace(peers: Peers, program: string, buffering: Buffering): TracerCommand | undefined {
  const path = peers.path('bpftrace');
  if (path === undefined) return undefined;
  const mode = buffering === 'line' ? 'line' : 'full';
  return { command: [path, '-B', mode, '-e', program], tracefs: true };
}

/** Prints each exec as bpftrace's execsnoop.bt does. */
export const bpftraceExecs =
  'tracepoint:syscalls:sys_enter_execve { printf("%-10u %-6d ", elapsed / 1e6, pid); join(args->argv); }';

/** Prints each open as bpftrace's opensnoop.bt does. */
export const bpftraceOpens = `
  tracepoint:syscalls:sys_enter_openat { @filename[tid] = args->filename; }
  tracepoint:syscalls:sys_exit_openat /@filename[tid]/ {
    $fd = args->ret >= 0 ? args->ret : -1;
    $errno = args->ret >= 0 ? 0 : - args->ret;
    printf("%-6d %-16s %4d %3d %s\\n", pid, comm, $fd, $errno, str(@filename[tid]));
    delete(@filename[tid]);
  }
  END { clear(@filename); }`;

/** Every call of connect. */
export const bpftraceConnects = 'tracepoint:syscalls:sys_enter_connect { printf("%-6d %s\\n", pid, comm); }';
