/** A program that we are compared with. */
export interface PeerProgram {
  /** The Debian package that has it. */
  readonly package: string;
  /** The program's file; where PATH does not lead, the administrator's folders. */
  readonly program: string;
  /** A library's own file, where the program is what compiles it. */
  readonly file?: string;
  /** Packages that it needs besides. */
  readonly needs?: readonly string[];
}

/** One row a peer. */
export const peerPrograms = {
  execsnoop: { package: 'libbpf-tools', program: 'execsnoop' },
  opensnoop: { package: 'libbpf-tools', program: 'opensnoop' },
  tcpconnect: { package: 'libbpf-tools', program: 'tcpconnect' },
  bpftrace: { package: 'bpftrace', program: 'bpftrace' },
  strace: { package: 'strace', program: 'strace' },
  'cilium/ebpf': {
    package: 'golang-github-cilium-ebpf-dev',
    program: 'go',
    file: '/usr/share/gocode/src/github.com/cilium/ebpf/ringbuf/reader.go',
    needs: ['golang-go'],
  },
} as const satisfies Record<string, PeerProgram>;

export type PeerName = keyof typeof peerPrograms;
