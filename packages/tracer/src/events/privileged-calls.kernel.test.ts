import { expect, it } from 'vitest';
import { act, hostile } from '../../test/act.js';
import { privileged as before } from '../../test/privileged.js';

const kinds = ['privileged'] as const;

it('reports keys with the names that the caller gave', async () => {
  const { data, lines, told } = await act({
    kinds,
    before,
    main: `
      char secret[8];
      long key = syscall(SYS_add_key, "user", HOSTILE, "secret", 6, KEY_SPEC_PROCESS_KEYRING);
      tell("%ld", key);
      syscall(SYS_request_key, "user", HOSTILE, NULL, KEY_SPEC_PROCESS_KEYRING);
      syscall(SYS_request_key, "user", "missing", NULL, 0);
      syscall(SYS_add_key, (char *)1, NULL, NULL, 0, 0);
      syscall(SYS_keyctl, KEYCTL_READ, key, secret, sizeof(secret));
      syscall(SYS_keyctl, KEYCTL_REVOKE, key);
      syscall(SYS_keyctl, KEYCTL_JOIN_SESSION_KEYRING, (char *)1);
      syscall(SYS_keyctl, 999, 5);`,
  });
  const key = Number(told[0]);
  const named = { keyType: 'user', name: hostile.text, nameRaw: hostile.hex, keyring: -2 };
  // A kernel without keys refuses all of these calls.
  const outcome = (result: number) => (key < 0 ? { error: expect.any(String) } : { result });
  const failure = key < 0 ? { error: expect.any(String) } : {};
  expect(data).toMatchObject([
    { call: 'add_key', ...named, ...outcome(key) },
    { call: 'request_key', ...named, ...outcome(key) },
    { call: 'request_key', keyType: 'user', name: 'missing', keyring: 0, error: expect.any(String) },
    { call: 'add_key', keyType: '', keyTypeTruncated: true, name: '', error: expect.any(String) },
    { call: 'keyctl', operation: 'KEYCTL_READ', key, ...outcome(6) },
    { call: 'keyctl', operation: 'KEYCTL_REVOKE', key, ...failure },
    { call: 'keyctl', operation: 'KEYCTL_JOIN_SESSION_KEYRING', error: expect.any(String) },
    { call: 'keyctl', operation: '999', key: 5, error: expect.any(String) },
  ]);
  expect(data[6]).not.toHaveProperty('key');
  expect(lines.map(({ flags }) => flags.includes('user-memory'))).toEqual([
    ...[true, true, true, true],
    ...[false, false, false, false],
  ]);
});

it('reports perf events as the kernel has them, and userfaultfd', async () => {
  const { data, lines, told } = await act({
    kinds,
    before,
    main: `
      struct perf_event_attr clock = { .type = PERF_TYPE_SOFTWARE, .size = sizeof(clock), .config = PERF_COUNT_SW_TASK_CLOCK };
      struct perf_event_attr other = { .type = 12345, .size = sizeof(other), .config = 0xabcdef0123 };
      tell("%ld", syscall(SYS_perf_event_open, &clock, 0, -1, -1, PERF_FLAG_FD_CLOEXEC));
      syscall(SYS_perf_event_open, &other, -1, 0, -1, 0);
      tell("%ld", syscall(SYS_userfaultfd, O_CLOEXEC | UFFD_USER_MODE_ONLY));
      syscall(SYS_userfaultfd, 0x10);`,
  });
  const outcome = (fd = '') => (Number(fd) < 0 ? { error: expect.any(String) } : { result: Number(fd) });
  const error = expect.any(String);
  expect(data).toEqual([
    {
      call: 'perf_event_open',
      pid: 0,
      perfCpu: -1,
      perfType: 'software',
      config: '0x1',
      flags: 'PERF_FLAG_FD_CLOEXEC',
      ...outcome(told[0]),
    },
    { call: 'perf_event_open', pid: -1, perfCpu: 0, perfType: '12345', config: '0xabcdef0123', error },
    { call: 'userfaultfd', flags: 'UFFD_USER_MODE_ONLY|O_CLOEXEC', ...outcome(told[1]) },
    { call: 'userfaultfd', flags: '0x10', error },
  ]);
  expect(lines.map(({ flags }) => flags.includes('user-memory'))).toEqual([
    Number(told[0]) < 0,
    true,
    false,
    false,
  ]);
});

it('reports modules, swap, reboots and clocks that a call tried to change', async () => {
  const { data, folder } = await act({
    kinds,
    before,
    main: `
      struct timeval time = { 1000, 1000000 };
      struct timespec precise = { -5, 7 };
      struct timex asks = { 0 }, reads = { .modes = ADJ_OFFSET_SS_READ };
      struct timex sets = { .modes = ADJ_FREQUENCY | ADJ_STATUS };
      syscall(SYS_delete_module, HOSTILE, O_NONBLOCK | O_TRUNC);
      syscall(SYS_swapon, "missing/../" HOSTILE, 0x10000);
      syscall(SYS_swapoff, "/missing");
      syscall(SYS_reboot, 1, 2, LINUX_REBOOT_CMD_CAD_OFF, NULL);
      must(adjtimex(&asks) < 0 ? -1 : 0);
      as_nobody({
        syscall(SYS_reboot, 1, 2, LINUX_REBOOT_CMD_RESTART2, NULL);
        syscall(SYS_settimeofday, &time, NULL);
        syscall(SYS_settimeofday, NULL, &(struct timezone){ 0 });
        syscall(SYS_clock_settime, CLOCK_REALTIME, &precise);
        syscall(SYS_clock_settime, 99, NULL);
        syscall(SYS_adjtimex, &reads);
        syscall(SYS_adjtimex, &sets);
        syscall(SYS_clock_adjtime, CLOCK_REALTIME, &sets);
      });`,
  });
  const error = expect.any(String);
  expect(data).toEqual([
    {
      call: 'delete_module',
      name: hostile.text,
      nameRaw: hostile.hex,
      flags: 'O_TRUNC|O_NONBLOCK',
      error,
    },
    {
      call: 'swapon',
      path: `missing/../${hostile.text}`,
      pathRaw: expect.stringMatching(`${hostile.hex}$`),
      directory: folder,
      flags: 'SWAP_FLAG_DISCARD',
      error,
    },
    { call: 'swapoff', path: '/missing', error },
    { call: 'reboot', operation: 'LINUX_REBOOT_CMD_CAD_OFF', error: 'EINVAL' },
    { call: 'reboot', operation: 'LINUX_REBOOT_CMD_RESTART2', error: 'EPERM' },
    { call: 'settimeofday', seconds: '1000', error: 'EINVAL' },
    { call: 'settimeofday', error: 'EPERM' },
    { call: 'clock_settime', clock: 'CLOCK_REALTIME', seconds: '-5', error },
    { call: 'clock_settime', clock: '99', error: 'EINVAL' },
    { call: 'adjtimex', flags: 'ADJ_FREQUENCY|ADJ_STATUS', error: 'EPERM' },
    { call: 'clock_adjtime', clock: 'CLOCK_REALTIME', flags: 'ADJ_FREQUENCY|ADJ_STATUS', error: 'EPERM' },
  ]);
});

it.runIf(process.arch === 'x64')('32-bit callers', async () => {
  const { data, lines, folder } = await act({
    kinds,
    before,
    main: `
      long evil = low_text(HOSTILE);
      long old = (long)low(((int[]){ 1000, -1 }), 8), full = (long)low(((long[]){ 1L << 40, -1 }), 16);
      long modes = (long)low(((int[32]){ ADJ_TICK }), 128);
      must(compat(172, PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0));
      compat(172, PR_SET_PTRACER, -1, 0, 0, 0);
      compat(129, evil, O_TRUNC, 0, 0, 0);             /* delete_module */
      compat(87, evil, 0, 0, 0, 0);                    /* swapon */
      compat(88, 1, 2, LINUX_REBOOT_CMD_HALT, 0, 0);   /* reboot */
      compat(79, old, 0, 0, 0, 0);                     /* settimeofday */
      compat(264, 99, old, 0, 0, 0);                   /* clock_settime */
      compat(404, 99, full, 0, 0, 0);                  /* clock_settime64 */
      as_nobody({
        compat(25, old, 0, 0, 0, 0);                   /* stime */
        compat(124, modes, 0, 0, 0, 0);                /* adjtimex */
        compat(343, 0, modes, 0, 0, 0);                /* clock_adjtime */
        compat(405, 0, modes, 0, 0, 0);                /* clock_adjtime64 */
      });
      compat(286, evil, evil, 0, 0, 0);                /* add_key */
      compat(288, 999, 5, 0, 0, 0);                    /* keyctl */`,
  });
  const error = expect.any(String);
  const at = { path: hostile.text, pathRaw: hostile.hex, directory: folder };
  const name = { name: hostile.text, nameRaw: hostile.hex };
  const keyType = { keyType: hostile.text, keyTypeRaw: hostile.hex };
  expect(data.filter(({ operation }) => operation !== 'PR_SET_PTRACER')).toEqual([
    { call: 'prctl', operation: 'PR_SET_NO_NEW_PRIVS', value: 1 },
    { call: 'delete_module', ...name, flags: 'O_TRUNC', error },
    { call: 'swapon', ...at, error },
    { call: 'reboot', operation: 'LINUX_REBOOT_CMD_HALT', error: 'EINVAL' },
    { call: 'settimeofday', seconds: '1000', error: 'EINVAL' },
    { call: 'clock_settime', clock: '99', seconds: '1000', error: 'EINVAL' },
    { call: 'clock_settime', clock: '99', seconds: String(2 ** 40), error: 'EINVAL' },
    { call: 'stime', seconds: '1000', error },
    { call: 'adjtimex', flags: 'ADJ_TICK', error },
    { call: 'clock_adjtime', clock: 'CLOCK_REALTIME', flags: 'ADJ_TICK', error },
    { call: 'clock_adjtime', clock: 'CLOCK_REALTIME', flags: 'ADJ_TICK', error },
    { call: 'add_key', ...keyType, ...name, keyring: 0, error },
    { call: 'keyctl', operation: '999', key: 5, error },
  ]);
  expect(data[1]).toMatchObject({ operation: 'PR_SET_PTRACER', value: -1 });
  for (const { flags } of lines) expect(flags).toContain('compat');
});
