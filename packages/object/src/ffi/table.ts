import type { CType, Pointer, Signature } from './driver.js';

function fn<const R extends CType, const A extends readonly Exclude<CType, 'void'>[]>(result: R, ...args: A) {
  return { result, args };
}

/**
 * The functions of libbpf in use, each once. All are in 1.0; names, order and types from its
 * `bpf.h` and `libbpf.h`. What returns `i32` returns -errno on failure; what returns a pointer
 * gives 0n and sets errno (libbpf 1.0's strict mode).
 */
export const libbpfTable = {
  libbpf_major_version: fn('u32'),
  libbpf_minor_version: fn('u32'),
  libbpf_set_print: fn('pointer', 'pointer'),
  libbpf_num_possible_cpus: fn('i32'),
  btf__load_vmlinux_btf: fn('pointer'),
  btf__find_by_name_kind: fn('i32', 'pointer', 'pointer', 'u32'),
  btf__free: fn('void', 'pointer'),
  libbpf_probe_bpf_prog_type: fn('i32', 'i32', 'pointer'),
  libbpf_probe_bpf_map_type: fn('i32', 'i32', 'pointer'),
  libbpf_probe_bpf_helper: fn('i32', 'i32', 'i32', 'pointer'),

  bpf_object__open_mem: fn('pointer', 'pointer', 'u64', 'pointer'),
  bpf_object__load: fn('i32', 'pointer'),
  bpf_object__close: fn('void', 'pointer'),

  bpf_object__next_map: fn('pointer', 'pointer', 'pointer'),
  bpf_map__name: fn('pointer', 'pointer'),
  bpf_map__type: fn('i32', 'pointer'),
  bpf_map__key_size: fn('u32', 'pointer'),
  bpf_map__value_size: fn('u32', 'pointer'),
  bpf_map__max_entries: fn('u32', 'pointer'),
  bpf_map__map_flags: fn('u32', 'pointer'),
  bpf_map__is_internal: fn('u8', 'pointer'),
  bpf_map__autocreate: fn('u8', 'pointer'),
  bpf_map__fd: fn('i32', 'pointer'),
  bpf_map__initial_value: fn('pointer', 'pointer', 'pointer'),
  bpf_map__set_max_entries: fn('i32', 'pointer', 'u32'),
  bpf_map__set_autocreate: fn('i32', 'pointer', 'u8'),
  bpf_map__set_pin_path: fn('i32', 'pointer', 'pointer'),
  bpf_map__set_map_flags: fn('i32', 'pointer', 'u32'),
  bpf_map__attach_struct_ops: fn('pointer', 'pointer'),

  bpf_object__next_program: fn('pointer', 'pointer', 'pointer'),
  bpf_program__name: fn('pointer', 'pointer'),
  bpf_program__section_name: fn('pointer', 'pointer'),
  bpf_program__type: fn('i32', 'pointer'),
  bpf_program__expected_attach_type: fn('i32', 'pointer'),
  bpf_program__autoload: fn('u8', 'pointer'),
  bpf_program__set_autoload: fn('i32', 'pointer', 'u8'),
  bpf_program__set_log_level: fn('i32', 'pointer', 'u32'),
  bpf_program__set_log_buf: fn('i32', 'pointer', 'pointer', 'u64'),
  bpf_program__fd: fn('i32', 'pointer'),
  bpf_program__set_type: fn('i32', 'pointer', 'i32'),
  bpf_program__set_expected_attach_type: fn('i32', 'pointer', 'i32'),
  bpf_program__set_attach_target: fn('i32', 'pointer', 'i32', 'pointer'),

  bpf_program__attach: fn('pointer', 'pointer'),
  bpf_program__attach_kprobe_opts: fn('pointer', 'pointer', 'pointer', 'pointer'),
  bpf_program__attach_kprobe_multi_opts: fn('pointer', 'pointer', 'pointer', 'pointer'),
  bpf_program__attach_ksyscall: fn('pointer', 'pointer', 'pointer', 'pointer'),
  bpf_program__attach_uprobe_opts: fn('pointer', 'pointer', 'i32', 'pointer', 'u64', 'pointer'),
  bpf_program__attach_usdt: fn('pointer', 'pointer', 'i32', 'pointer', 'pointer', 'pointer', 'pointer'),
  bpf_program__attach_tracepoint_opts: fn('pointer', 'pointer', 'pointer', 'pointer', 'pointer'),
  bpf_program__attach_raw_tracepoint: fn('pointer', 'pointer', 'pointer'),
  bpf_program__attach_trace_opts: fn('pointer', 'pointer', 'pointer'),
  bpf_program__attach_perf_event_opts: fn('pointer', 'pointer', 'i32', 'pointer'),
  bpf_program__attach_freplace: fn('pointer', 'pointer', 'i32', 'pointer'),
  bpf_program__attach_iter: fn('pointer', 'pointer', 'pointer'),
  bpf_link__fd: fn('i32', 'pointer'),
  bpf_link__destroy: fn('i32', 'pointer'),

  bpf_link_update: fn('i32', 'i32', 'i32', 'pointer'),
  bpf_prog_attach: fn('i32', 'i32', 'i32', 'i32', 'u32'),
  bpf_prog_detach2: fn('i32', 'i32', 'i32', 'i32'),
  bpf_tc_hook_create: fn('i32', 'pointer'),
  bpf_tc_attach: fn('i32', 'pointer', 'pointer'),
  bpf_tc_detach: fn('i32', 'pointer', 'pointer'),

  bpf_iter_create: fn('i32', 'i32'),
  bpf_raw_tracepoint_open: fn('i32', 'pointer', 'i32'),
  bpf_prog_load: fn('i32', 'i32', 'pointer', 'pointer', 'pointer', 'u64', 'pointer'),
  bpf_prog_test_run_opts: fn('i32', 'i32', 'pointer'),
  bpf_obj_get_info_by_fd: fn('i32', 'i32', 'pointer', 'pointer'),
  bpf_enable_stats: fn('i32', 'i32'),
  bpf_btf_load: fn('i32', 'pointer', 'u64', 'pointer'),

  bpf_map_create: fn('i32', 'i32', 'pointer', 'u32', 'u32', 'u32', 'pointer'),
  bpf_map_lookup_elem: fn('i32', 'i32', 'pointer', 'pointer'),
  bpf_map_lookup_elem_flags: fn('i32', 'i32', 'pointer', 'pointer', 'u64'),
  bpf_map_get_fd_by_id: fn('i32', 'u32'),
  bpf_obj_get: fn('i32', 'pointer'),
  bpf_map_update_elem: fn('i32', 'i32', 'pointer', 'pointer', 'u64'),
  bpf_map_delete_elem: fn('i32', 'i32', 'pointer'),
  bpf_map_freeze: fn('i32', 'i32'),
  bpf_map_lookup_and_delete_elem: fn('i32', 'i32', 'pointer', 'pointer'),
  bpf_map_get_next_key: fn('i32', 'i32', 'pointer', 'pointer'),
  bpf_map_lookup_batch: fn('i32', 'i32', 'pointer', 'pointer', 'pointer', 'pointer', 'pointer', 'pointer'),
  bpf_map_update_batch: fn('i32', 'i32', 'pointer', 'pointer', 'pointer', 'pointer'),
  bpf_map_delete_batch: fn('i32', 'i32', 'pointer', 'pointer', 'pointer'),
} as const satisfies Record<string, Signature>;

/**
 * The C library's part: what Node itself does not offer. Failure is -1 (or MAP_FAILED), and errno.
 */
export const libcTable = {
  mmap: fn('pointer', 'pointer', 'u64', 'i32', 'i32', 'i32', 'i64'),
  /** For descriptors of other calls of these tables: those of a worker thread are not Node's. */
  close: fn('i32', 'i32'),
  memcpy: fn('pointer', 'pointer', 'pointer', 'u64'),
  munmap: fn('i32', 'pointer', 'u64'),
  mprotect: fn('i32', 'pointer', 'u64', 'i32'),
  dlsym: fn('pointer', 'pointer', 'pointer'),
  gettid: fn('i32'),
  getpagesize: fn('i32'),
  memfd_create: fn('i32', 'pointer', 'u32'),
  clock_gettime: fn('i32', 'i32', 'pointer'),
  socketpair: fn('i32', 'i32', 'i32', 'i32', 'pointer'),
  sigprocmask: fn('i32', 'i32', 'pointer', 'pointer'),
  epoll_create1: fn('i32', 'i32'),
  epoll_ctl: fn('i32', 'i32', 'i32', 'i32', 'pointer'),
  epoll_wait: fn('i32', 'i32', 'pointer', 'i32', 'i32'),
  eventfd: fn('i32', 'u32', 'i32'),
  eventfd_write: fn('i32', 'i32', 'u64'),
  prctl: fn('i32', 'i32', 'u64', 'u64', 'u64', 'u64'),
  capset: fn('i32', 'pointer', 'pointer'),
  setgroups: fn('i32', 'u64', 'pointer'),
  setresgid: fn('i32', 'u32', 'u32', 'u32'),
  setresuid: fn('i32', 'u32', 'u32', 'u32'),
  recvmsg: fn('i64', 'i32', 'pointer', 'i32'),
  if_nametoindex: fn('u32', 'pointer'),
  if_indextoname: fn('pointer', 'u32', 'pointer'),
  setsockopt: fn('i32', 'i32', 'i32', 'i32', 'pointer', 'u32'),
  // Each argument takes a register, whether it is a number or an address.
  syscall: fn('i64', 'i64', 'pointer', 'pointer', 'pointer', 'pointer', 'pointer'),
} as const satisfies Record<string, Signature>;

interface Accepted {
  u8: number;
  i32: number;
  u32: number;
  i64: bigint;
  u64: bigint;
  pointer: Pointer;
}
interface Returned extends Omit<Accepted, 'pointer'> {
  void: undefined;
  pointer: bigint;
}

type Arguments<A extends readonly Exclude<CType, 'void'>[]> = {
  -readonly [Index in keyof A]: Accepted[A[Index]];
};

/** The callables that a table stands for. */
export type Bound<T extends Record<string, Signature>> = {
  readonly [Name in keyof T]: (...args: Arguments<T[Name]['args']>) => Returned[T[Name]['result']];
};
