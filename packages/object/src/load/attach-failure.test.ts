import { describe, expect, test } from 'vitest';
import { able } from '../../test/environment.js';
import { type AttachEvidence, attachError } from './attach-failure.js';
import type { Machine } from './machine.js';
import type { FileFault, ProgramFile } from './program-file.js';

const [EPERM, ENOENT, ESRCH, EACCES, ENOMEM, EBUSY] = [-1, -2, -3, -13, -12, -16];
const [EINVAL, EMFILE, ENOTSUPP] = [-22, -24, -524];

const files: Record<string, ProgramFile | FileFault> = {
  '/bin/prog': { functions: new Set(['frobnicate', 'main']), probes: new Set(['spoor:started']) },
  '/usr/lib/libc.so.6': { functions: new Set(['malloc']), probes: new Set() },
  '/tmp/text': { fault: 'is not an ELF file' },
};
const machine: Machine = {
  located: (file) => Object.keys(files).find((path) => path.endsWith(`/${file}`)),
  programFile: (path) => files[path] ?? { fault: 'does not exist' },
  events: (category) =>
    category === undefined ? ['sched'] : category === 'sched' ? ['sched_switch'] : undefined,
  tracepoints: () => new Set(['sched_switch']),
  kernelFunctions: (beginning) =>
    ['do_exit', '__x64_sys_openat', 'do_fork.isra.0', 'do_forkish'].filter((name) =>
      name.startsWith(beginning),
    ),
  hasProbes: () => true,
};

function errorOf(section: string, status: number, more: Partial<AttachEvidence> = {}) {
  const program = { name: 'on_hook', section, type: 2 };
  return attachError({ program, status, messages: [], environment: able, machine, ...more });
}

describe('an attachment that fails', () => {
  test('for another reason names the program, its section, the errno and the reason of libbpf', () => {
    const messages = ["prog 'on_hook': failed to attach: Unknown error 524"];
    const error = errorOf('fentry/do_exit', ENOTSUPP, { messages });
    expect(error).toMatchObject({ code: 'ATTACH_FAILED', errno: 524, call: 'bpf_program__attach(on_hook)' });
    expect(error.message).toBe(
      "on_hook cannot be attached to fentry/do_exit: ENOTSUPP: prog 'on_hook': failed to attach: Unknown error 524",
    );
    expect(error.remedy).toContain('disable the program');
    expect(error.details).toEqual({ program: 'on_hook', section: 'fentry/do_exit', libbpf: messages });
    expect(errorOf('xdp', EINVAL).remedy).toContain('No remedy is known');
    expect(errorOf('xdp', EBUSY).remedy).toContain('detach');
  });

  test('for want of a descriptor or of memory does not blame the hook', () => {
    expect(errorOf('uprobe//no/file:main', EMFILE).remedy).toContain('ulimit -n');
    expect(errorOf('tp/sched/no', ENOMEM).remedy).toContain('memory');
  });

  test('for want of privilege, or under lockdown, says that', () => {
    const environment = { ...able, missingCapabilities: ['CAP_PERFMON'] };
    const denied = errorOf('kprobe/do_exit', EACCES, { environment });
    expect(denied).toMatchObject({ code: 'NO_PRIVILEGE', message: expect.stringContaining('CAP_PERFMON') });
    const locked = { ...able, lockdown: 'integrity' };
    expect(errorOf('kprobe/do_exit', EPERM, { environment: locked })).toMatchObject({ code: 'LOCKDOWN' });
    const nested = errorOf('tp_btf/x', EPERM, { environment: { ...able, inUserNamespace: true } });
    expect(nested.remedy).toContain('user namespace');
    const program = { name: 'on_packet', section: 'xdp', type: 6 };
    const network = { ...able, lacksNetAdmin: true };
    const error = errorOf('xdp', EPERM, { program, environment: network });
    expect(error).toMatchObject({ code: 'NO_PRIVILEGE', message: expect.stringContaining('CAP_NET_ADMIN') });
  });
});

describe('a missing part of a hook', () => {
  test.each([
    ['uprobe//opt/no.so:frob', ENOENT, 'file', '/opt/no.so does not exist', 'Check the path'],
    ['uretprobe//tmp/text:frob', EINVAL, 'file', '/tmp/text is not an ELF file', 'ELF file of 64 bits'],
    ['uprobe//bin/prog:frobnicat', ENOENT, 'symbol', '/bin/prog has no function frobnicat', 'frobnicate'],
    ['uprobe.s//bin/prog:no+4', ENOENT, 'symbol', '/bin/prog has no function no', 'nm -D /bin/prog'],
    ['uprobe.multi.s//opt/no.so:a*', ENOENT, 'file', '/opt/no.so does not exist', 'Check the path'],
    ['usdt//opt/no.so:a:b', ENOENT, 'file', '/opt/no.so does not exist', 'Check the path'],
    [
      'usdt//bin/prog:spoor:start',
      ESRCH,
      'probe',
      '/bin/prog has no USDT probe spoor:start',
      'spoor:started',
    ],
    ['usdt//usr/lib/libc.so.6:a:b', ENOENT, 'probe', 'has no USDT probe a:b', 'no USDT probes at all'],
    ['tp/sched/sched_swich', ENOENT, 'tracepoint', 'no tracepoint sched/sched_swich', 'sched/sched_switch'],
    ['tracepoint/shed/x', ENOENT, 'tracepoint', 'no tracepoint shed/x', 'sched/'],
    ['tracepoint/nosuch/x', ENOENT, 'tracepoint', 'no tracepoint nosuch/x', 'disable the program'],
    ['raw_tp/sched_swich', ENOENT, 'tracepoint', 'no raw tracepoint sched_swich', 'sched_switch'],
    ['kprobe/no_such', ENOENT, 'function', 'no function no_such', '/proc/kallsyms'],
    ['kretprobe/do_fork', ENOENT, 'function', 'no function do_fork', 'do_fork.isra.0'],
    ['kprobe.multi/no_*', ENOENT, 'function', 'no function no_*', '/proc/kallsyms'],
    ['kprobe.multi/do_exit,no', ENOENT, 'function', 'no function no', '/proc/kallsyms'],
    ['kretsyscall/opena', ENOENT, 'function', 'no system call opena', 'without a prefix'],
    ['kprobe/do_exi+8', EINVAL, 'function', 'no function do_exi', 'do_exit'],
  ])('of %s (%i) is the %s', (section, status, missing, ...[message, remedy]) => {
    const error = errorOf(section, status);
    expect(error).toMatchObject({ code: 'ATTACH_FAILED', errno: -status, details: { missing, section } });
    expect(error.message).toContain(message);
    expect(error.remedy).toContain(remedy);
    expect(JSON.parse(JSON.stringify(error.details))).toEqual(error.details);
  });

  test.each([
    'uprobe//bin/prog:main',
    'uprobe//bin/prog:1234',
    'uprobe.multi//bin/prog:no*',
    'kprobe.multi/do_*',
    'ksyscall/openat',
    'uprobe//usr/lib/libc.so.6:malloc@GLIBC_2.2.5',
    'usdt//bin/prog:spoor:started',
    'tp/sched/sched_switch',
    'kprobe/do_exit',
    'iter/task',
  ])('is not one of %s', (section) => {
    const error = errorOf(section, EINVAL, { messages: ['why it failed'] });
    expect(error.message).toBe(`on_hook cannot be attached to ${section}: EINVAL: why it failed`);
  });

  test('in a file without a folder is the file, or is in the file that is found', () => {
    const error = errorOf('uprobe/libno.so:frob', ENOENT);
    expect(error.message).toContain('there is no libno.so in the usual folders');
    const symbol = errorOf('uprobe/libc.so.6:mallok', ENOENT);
    expect(symbol.message).toContain('/usr/lib/libc.so.6 has no function mallok');
    expect(symbol.remedy).toContain('malloc');
  });

  test('without tracefs is what the types of the kernel say, or tracefs', () => {
    const environment = { ...able, hasTracefs: false };
    const missing = errorOf('tp/sched/no_such', ENOENT, { environment });
    expect(missing).toMatchObject({ details: { missing: 'tracepoint' } });
    expect(missing.remedy).toContain('mount -t tracefs');
    for (const section of ['tp/sched/sched_switch', 'tp/syscalls/sys_enter_openat']) {
      const error = errorOf(section, ENOENT, { environment });
      expect(error).toMatchObject({ message: expect.stringContaining('tracefs'), code: 'ATTACH_FAILED' });
      expect(error.remedy).toContain('mount -t tracefs');
    }
  });

  test('may be the support of the kernel', () => {
    const without = { ...machine, hasProbes: () => false };
    for (const [section, text] of [
      ['kprobe/do_exit', 'this kernel has no kprobes'],
      ['uprobe//bin/prog:main', 'this kernel has no uprobes'],
    ] as const) {
      const error = errorOf(section, ENOENT, { machine: without });
      expect(error).toMatchObject({ message: expect.stringContaining(text) });
    }
  });

  test('may be the maps that a USDT program needs', () => {
    const messages = [
      'usdt: failed to find USDT support BPF maps, did you forget to include bpf/usdt.bpf.h?',
    ];
    const error = errorOf('usdt//bin/prog:spoor:started', ESRCH, { messages });
    expect(error.remedy).toContain('<bpf/usdt.bpf.h>');
  });
});
