import { expect, it } from 'vitest';
import { act } from '../../test/act.js';
import { privileged as before } from '../../test/privileged.js';

const kinds = ['privileged'] as const;

it('reports options of prctl that change privileges, and failures', async () => {
  const { data, lines } = await act({
    kinds,
    before,
    main: `
      prctl(PR_SET_NAME, "other");
      prctl(PR_GET_DUMPABLE);
      prctl(PR_CAPBSET_READ, 5);
      must(prctl(PR_SET_DUMPABLE, 0, 0, 0, 0));
      must(prctl(PR_SET_KEEPCAPS, 1, 0, 0, 0));
      must(prctl(PR_CAPBSET_DROP, CAP_SYS_MODULE, 0, 0, 0));
      must(prctl(PR_SET_SECUREBITS, SECBIT_KEEP_CAPS | SECBIT_NOROOT, 0, 0, 0));
      must(prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0));
      must(prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0));
      prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_IS_SET, CAP_KILL, 0, 0);
      must(prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_LOWER, CAP_KILL, 0, 0));
      prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_RAISE, CAP_KILL, 0, 0);
      must(prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_CLEAR_ALL, 0, 0, 0));
      prctl(PR_CAP_AMBIENT, 9, 0, 0, 0);
      prctl(PR_SET_DUMPABLE, 7, 0, 0, 0);
      prctl(PR_SET_PTRACER, -1, 0, 0, 0);
      prctl(PR_SET_MM, PR_SET_MM_EXE_FILE, -1, 0, 0);
      prctl(PR_CAPBSET_DROP, 63, 0, 0, 0);`,
  });
  const call = 'prctl';
  const error = expect.any(String);
  expect(data).toEqual([
    { call, operation: 'PR_SET_DUMPABLE', value: 0 },
    { call, operation: 'PR_SET_KEEPCAPS', value: 1 },
    { call, operation: 'PR_CAPBSET_DROP', capability: 'CAP_SYS_MODULE' },
    { call, operation: 'PR_SET_SECUREBITS', secureBits: 'SECBIT_NOROOT|SECBIT_KEEP_CAPS' },
    { call, operation: 'PR_SET_CHILD_SUBREAPER', value: 1 },
    { call, operation: 'PR_SET_NO_NEW_PRIVS', value: 1 },
    { call, operation: 'PR_CAP_AMBIENT_LOWER', capability: 'CAP_KILL' },
    { call, operation: 'PR_CAP_AMBIENT_RAISE', capability: 'CAP_KILL', error: 'EPERM' },
    { call, operation: 'PR_CAP_AMBIENT_CLEAR_ALL' },
    { call, operation: '9', error: 'EINVAL' },
    { call, operation: 'PR_SET_DUMPABLE', value: 7, error: 'EINVAL' },
    // A kernel without Yama does not know it.
    { call, operation: 'PR_SET_PTRACER', value: -1, ...(data[11]?.['error'] !== undefined && { error }) },
    { call, operation: 'PR_SET_MM_EXE_FILE', error },
    { call, operation: 'PR_CAPBSET_DROP', capability: '63', error: 'EINVAL' },
  ]);
  for (const { flags } of lines) expect(flags).toEqual(['new-process']);
});

it('reports seccomp by both calls', async () => {
  const { data } = await act({
    kinds,
    before,
    main: `
      struct sock_filter allow = BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW);
      struct sock_fprog program = { 1, &allow };
      unsigned action = SECCOMP_RET_TRAP;
      must(syscall(SYS_seccomp, SECCOMP_GET_ACTION_AVAIL, 0, &action));
      prctl(PR_SET_SECCOMP, 9, 0, 0, 0);
      syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER, 0x1000, &program);
      must(syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER, SECCOMP_FILTER_FLAG_LOG, &program));
      tell("%ld", must(syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER, SECCOMP_FILTER_FLAG_NEW_LISTENER, &program)));
      must(prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &program));`,
  });
  const operation = 'SECCOMP_SET_MODE_FILTER';
  expect(data).toEqual([
    { call: 'prctl', operation: 'PR_SET_SECCOMP', value: 9, error: 'EINVAL' },
    { call: 'seccomp', operation, flags: '0x1000', error: 'EINVAL' },
    { call: 'seccomp', operation, flags: 'SECCOMP_FILTER_FLAG_LOG', result: 0 },
    { call: 'seccomp', operation, flags: 'SECCOMP_FILTER_FLAG_NEW_LISTENER', result: 3 },
    { call: 'prctl', operation: 'PR_SET_SECCOMP', value: 2 },
  ]);
});

it.runIf(process.arch === 'x64')('names the file that a process shows as its binary', async () => {
  const { data, folder } = await act({
    kinds,
    before: `${before}
static __attribute__((always_inline)) inline long raw(long number, long a, long b, long c, long d)
{
	register long r10 asm("r10") = d, r8 asm("r8") = 0;
	long result;

	asm volatile("syscall" : "=a"(result) : "a"(number), "D"(a), "S"(b), "d"(c), "r"(r10), "r"(r8)
		     : "rcx", "r11", "memory");
	return result;
}

/* Runs in other memory than that of the binary, which it removes. */
static __attribute__((noinline, aligned(64))) void hide(unsigned long (*ranges)[2], int count, struct prctl_mm_map *map)
{
	for (int i = 0; i < count; i++)
		raw(SYS_munmap, ranges[i][0], ranges[i][1] - ranges[i][0], 0, 0);
	raw(SYS_exit_group, -raw(SYS_prctl, PR_SET_MM, PR_SET_MM_MAP, (long)map, sizeof(*map)), 0, 0, 0);
}`,
    main: `
      unsigned long ranges[16][2], from, to;
      char line[4096], own[PATH_MAX] = "";
      struct prctl_mm_map map = {
        .start_code = 0x100000, .end_code = 0x110000, .start_data = 0x120000, .end_data = 0x130000,
        .start_brk = 0x140000, .brk = 0x150000, .start_stack = 0x160000, .arg_start = 0x170000,
        .arg_end = 0x170000, .env_start = 0x170000, .env_end = 0x170000,
      };
      int count = 0;
      FILE *maps = fopen("/proc/self/maps", "r");
      void *code = mmap(NULL, 4096, PROT_READ | PROT_WRITE | PROT_EXEC, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
      must(readlink("/proc/self/exe", own, sizeof(own) - 1));
      memcpy(code, hide, 1024);
      while (count < 16 && fgets(line, sizeof(line), maps))
        if (strstr(line, own) && sscanf(line, "%lx-%lx", &from, &to) == 2)
          ranges[count][0] = from, ranges[count++][1] = to;
      must(close(open("innocent", O_CREAT | O_WRONLY, 0700)));
      map.exe_fd = must(open("innocent", O_RDONLY));
      ((typeof(hide) *)code)(ranges, count, &map);`,
  });
  expect(data).toEqual([{ call: 'prctl', operation: 'PR_SET_MM_MAP', path: `${folder}/innocent` }]);
});

it('conditions ask for each field', async () => {
  const { lines } = await act({
    kinds,
    before,
    options: {
      scopes: [
        'call: privileged.call=delete_module,swapon',
        'operation: privileged.operation=PR_SET_DUMPABLE,KEYCTL_REVOKE',
        'value: privileged.value=1',
        'capability: privileged.capability=CAP_KILL',
        'bits: privileged.secureBits=SECBIT_NOROOT',
        'key: privileged.key=77',
        'keyring: privileged.keyring=-2',
        'type: privileged.keyType=none',
        'name: privileged.name=absent',
        'path: privileged.path=*/missing',
        'pid: privileged.pid=-9',
        'cpu: privileged.perfCpu=3',
        'perf: privileged.perfType=breakpoint',
        'config: privileged.config=51',
        'clock: privileged.clock=CLOCK_TAI',
        'seconds: privileged.seconds=42',
        'flags: privileged.flags=512',
        'error: privileged.error=EPERM',
      ],
    },
    main: `
      struct perf_event_attr attributes = { .type = PERF_TYPE_BREAKPOINT, .size = sizeof(attributes), .config = 51 };
      struct timespec time = { 42, -1 };
      prctl(PR_SET_DUMPABLE, 1, 0, 0, 0);
      prctl(PR_CAPBSET_DROP, CAP_KILL, 0, 0, 0);
      prctl(PR_SET_SECUREBITS, SECBIT_NOROOT, 0, 0, 0);
      syscall(SYS_keyctl, KEYCTL_REVOKE, 77);
      syscall(SYS_add_key, "none", "absent", NULL, 0, KEY_SPEC_PROCESS_KEYRING);
      syscall(SYS_delete_module, "absent", 512);
      syscall(SYS_swapon, "missing", 0);
      syscall(SYS_perf_event_open, &attributes, -9, 3, -1, 0);
      syscall(SYS_clock_settime, CLOCK_TAI, &time);
      as_nobody(syscall(SYS_reboot, 1, 2, LINUX_REBOOT_CMD_CAD_OFF, NULL));`,
  });
  expect(lines.map(({ scopes }) => scopes.slice(1))).toEqual([
    ['operation', 'value'],
    ['capability'],
    ['value', 'bits'],
    ['operation', 'key'],
    ['keyring', 'type', 'name'],
    ['call', 'name', 'flags'],
    ['call', 'path'],
    ['pid', 'cpu', 'perf', 'config'],
    ['clock', 'seconds'],
    ['error'],
  ]);
});
