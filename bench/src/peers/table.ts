/** A program that we are compared with. */
export interface PeerProgram {
  /** The Debian package that has it. */
  readonly package: string;
  /** The program's file; where PATH does not lead, the administrator's folders. */
  readonly program: string;
}

/** One row a peer. */
export const peerPrograms = {
  execsnoop: { package: 'libbpf-tools', program: 'execsnoop' },
  opensnoop: { package: 'libbpf-tools', program: 'opensnoop' },
  tcpconnect: { package: 'libbpf-tools', program: 'tcpconnect' },
  bpftrace: { package: 'bpftrace', program: 'bpftrace' },
  strace: { package: 'strace', program: 'strace' },
} as const satisfies Record<string, PeerProgram>;

export type PeerName = keyof typeof peerPrograms;
