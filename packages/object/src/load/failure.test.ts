import { describe, expect, test } from 'vitest';
import { type Environment, lockdownMode, missingCapabilities } from '../features/environment.js';
import { attachFailure, type LoadEvidence, lastUsefulLines, loadFailure } from './failure.js';

const able: Environment = {
  lockdown: 'none',
  hasKernelBtf: true,
  missingCapabilities: [],
  hasTracefs: true,
  inUserNamespace: false,
  hasProcfs: true,
  hasSysfs: true,
  descriptorsLeft: 1000,
};
const [EPERM, ENOENT, E2BIG, EACCES, EINVAL, ENOMEM] = [-1, -2, -7, -13, -22, -12];
const [ENFILE, EMFILE] = [-23, -24];

function failureOf(evidence: Partial<LoadEvidence>) {
  return loadFailure({
    object: 'spoor',
    status: EINVAL,
    rejection: undefined,
    map: undefined,
    plainProgram: 0,
    kernelBtfFault: undefined,
    unsupported: [],
    environment: able,
    ...evidence,
  });
}

const log = [
  'func#0 @0',
  '0: R1=ctx() R10=fp0',
  '; return *value > 1;',
  '7: (79) r1 = *(u64 *)(r0 +0)',
  "R0 invalid mem access 'map_value_or_null'",
  'verification time 77 usec',
  'stack depth 4',
  'processed 7 insns (limit 1000000) max_states_per_insn 0 total_states 0 peak_states 0 mark_read 0',
  '',
].join('\n');

describe('a load that fails', () => {
  test('for want of privilege names the capabilities', () => {
    const environment = { ...able, missingCapabilities: ['CAP_BPF'] };
    const error = failureOf({ status: EPERM, environment });
    expect(error).toMatchObject({ code: 'NO_PRIVILEGE', errno: 1, call: 'bpf_object__load(spoor)' });
    expect(error.message).toContain('CAP_BPF');
    expect(error.remedy).toContain('root');
  });

  test('with every capability, in a container that forbids it, is a missing privilege', () => {
    const map = { name: 'scopes', maxEntries: 2, keySize: 4, valueSize: 8, status: EPERM };
    const refusedMap = { ...map, status: EACCES };
    const unsupported = ['on_exec (tp_btf/sched_process_exec): the kernel refuses to load it (EPERM)'];
    for (const evidence of [
      { status: EPERM },
      { status: EPERM, map },
      { status: EINVAL, map },
      { status: EACCES, map: refusedMap },
      { status: EINVAL, plainProgram: EPERM, unsupported },
      { status: EINVAL, plainProgram: EACCES, unsupported },
    ]) {
      const error = failureOf(evidence);
      expect(error).toMatchObject({ code: 'NO_PRIVILEGE' });
      expect(error.remedy).toContain('seccomp');
    }
  });

  test('in a user namespace says that its capabilities do not count', () => {
    const environment = { ...able, inUserNamespace: true };
    const map = { name: 'scopes', maxEntries: 2, keySize: 4, valueSize: 8, status: EPERM };
    const error = failureOf({ status: EPERM, map, environment });
    expect(error).toMatchObject({ code: 'NO_PRIVILEGE' });
    expect(error.message).toContain('user namespace');
    expect(error.remedy).toContain('sudo');
    // Another reason stays one.
    expect(failureOf({ status: EMFILE, environment })).toMatchObject({ code: 'LOAD_FAILED' });
    const attached = attachFailure({ name: 'x', section: 'tp_btf/x' }, EPERM, environment);
    expect(attached.remedy).toContain('user namespace');
  });

  test('under lockdown says so, also when only a helper is gone', () => {
    const environment = { ...able, lockdown: 'confidentiality' };
    expect(failureOf({ status: EPERM, environment })).toMatchObject({ code: 'LOCKDOWN' });
    const rejection = {
      program: 'on_exec',
      log: 'program of this type cannot use helper bpf_probe_read_kernel#113\n',
    };
    expect(failureOf({ rejection, environment })).toMatchObject({ code: 'LOCKDOWN' });
    expect(failureOf({ rejection })).toMatchObject({ code: 'VERIFIER_REJECTED' });
  });

  test('for want of a descriptor says so, whatever could not be made without one afterwards', () => {
    const map = { name: 'maps', maxEntries: 1, keySize: 4, valueSize: 4, status: EINVAL };
    const few = { ...able, descriptorsLeft: 5 };
    expect(failureOf({ status: EINVAL, environment: few }).message).toContain('no file descriptor');
    const rejection = { program: 'on_fork', log: "BPF map 'x' is referenced but wasn't created\n" };
    expect(failureOf({ rejection, environment: few }).message).toContain('no file descriptor');
    expect(failureOf({ rejection })).toMatchObject({ code: 'VERIFIER_REJECTED' });
    for (const status of [ENFILE, EMFILE]) {
      const error = failureOf({ status, map });
      expect(error).toMatchObject({ code: 'LOAD_FAILED', errno: -status });
      expect(error.message).toContain('no file descriptor');
      expect(error.remedy).toContain('ulimit -n');
    }
  });

  test('because programs find no memory says so, and not that the kernel lacks their hooks', () => {
    const unsupported = ['on_exec (tp_btf/sched_process_exec): the kernel refuses to load it (ENOMEM)'];
    expect(failureOf({ status: EINVAL, plainProgram: ENOMEM, unsupported })).toMatchObject({
      code: 'LOAD_FAILED',
      message: expect.stringContaining('ENOMEM'),
      remedy: expect.stringContaining('memory'),
    });
    const attached = attachFailure({ name: 'x', section: 'tp_btf/x' }, EMFILE, able);
    expect(attached).toMatchObject({ code: 'ATTACH_FAILED', remedy: expect.stringContaining('ulimit -n') });
  });

  test('because the kernel\u2019s types are something else says so, whatever else that looks like', () => {
    const kernelBtfFault =
      '/sys/kernel/btf/vmlinux: starts with 0x0 instead of the BTF magic 0xeb9f (at byte 0)';
    const unsupported = ['on_exec (tp_btf/sched_process_exec): there is no such hook'];
    for (const more of [{ unsupported }, { rejection: { program: 'on_exec', log } }])
      expect(failureOf({ kernelBtfFault, ...more })).toMatchObject({
        code: 'BTF_INVALID',
        message: expect.stringContaining('/sys/kernel/btf/vmlinux'),
        remedy: expect.stringContaining('findmnt'),
      });
  });

  test('in the verifier shows the last useful lines and keeps the log', () => {
    const error = failureOf({ status: EACCES, rejection: { program: 'on_exec', log } });
    expect(error.code).toBe('VERIFIER_REJECTED');
    expect(error.message).toContain('on_exec');
    expect(error.message.endsWith("R0 invalid mem access 'map_value_or_null'")).toBe(true);
    expect(error.details['log']).toBe(log);
    expect(error.details['program']).toBe('on_exec');
  });

  test('without the kernel’s types is BTF_MISSING', () => {
    const environment = { ...able, hasKernelBtf: false };
    expect(failureOf({ status: ENOENT, environment })).toMatchObject({
      code: 'BTF_MISSING',
      remedy: expect.stringContaining('CONFIG_DEBUG_INFO_BTF'),
    });
    expect(failureOf({ status: ENOENT, environment: { ...environment, hasSysfs: false } })).toMatchObject({
      code: 'BTF_MISSING',
      remedy: expect.stringContaining('mount -t sysfs'),
    });
  });

  test.each([E2BIG, ENOMEM, EINVAL])('at a map tells its name and size (%i)', (status) => {
    const map = { name: 'proc_info', maxEntries: 500_000, keySize: 4, valueSize: 8, status };
    const error = failureOf({ status: -4, map });
    expect(error).toMatchObject({ code: 'MAP_SIZE', errno: -status, call: 'bpf_map_create(proc_info)' });
    expect(error.message).toContain('proc_info of 500000 entries');
  });

  test('for want of memory or of bpf(2) is not blamed on the size of a small map', () => {
    const map = { name: 'scopes', maxEntries: 2, keySize: 4, valueSize: 8 };
    expect(failureOf({ status: ENOMEM, map: { ...map, status: ENOMEM } })).toMatchObject({
      code: 'LOAD_FAILED',
      remedy: expect.stringContaining('memory'),
    });
    expect(failureOf({ status: -38, map: { ...map, status: -38 } })).toMatchObject({ code: 'UNSUPPORTED' });
  });

  test('at a map for another reason is not blamed on its size', () => {
    const map = { name: 'proc_info', maxEntries: 5, keySize: 4, valueSize: 8, status: -95 };
    expect(failureOf({ map })).toMatchObject({ code: 'LOAD_FAILED', errno: 95 });
  });

  test('for a hook that is not there names the program and why', () => {
    const error = failureOf({ status: -3, unsupported: ['on_x (tp_btf/x): there is no such hook'] });
    expect(error).toMatchObject({ code: 'UNSUPPORTED' });
    expect(error.message).toContain('on_x (tp_btf/x): there is no such hook');
  });

  test('for another reason names the errno', () => {
    expect(failureOf({ status: -4005 })).toMatchObject({ code: 'LOAD_FAILED', errno: 4005 });
    expect(failureOf({ status: -4005 }).message).toContain('LIBBPF_RELOC');
  });
});

describe('an attachment that fails', () => {
  const program = { name: 'on_open', section: 'tp/syscalls/sys_enter_openat' };

  test('names the program, its section and the errno', () => {
    const error = attachFailure(program, -524, able);
    expect(error).toMatchObject({ code: 'ATTACH_FAILED', errno: 524 });
    expect(error.message).toBe('on_open cannot be attached to tp/syscalls/sys_enter_openat: ENOTSUPP');
    expect(error.remedy).toContain('disable the program');
  });

  test('for want of tracefs says how to mount it', () => {
    expect(attachFailure(program, ENOENT, { ...able, hasTracefs: false }).remedy).toContain(
      'mount -t tracefs',
    );
    expect(attachFailure(program, ENOENT, able).remedy).toContain('no such hook');
  });

  test('for want of privilege, or under lockdown, says that', () => {
    expect(attachFailure(program, EACCES, { ...able, missingCapabilities: ['CAP_PERFMON'] })).toMatchObject({
      code: 'NO_PRIVILEGE',
    });
    expect(attachFailure(program, EPERM, { ...able, lockdown: 'integrity' })).toMatchObject({
      code: 'LOCKDOWN',
    });
  });
});

test('the useful lines of a log are its last ones without statistics', () => {
  expect(lastUsefulLines('')).toEqual([]);
  expect(lastUsefulLines(log)[3]).toBe('7: (79) r1 = *(u64 *)(r0 +0)');
  expect(lastUsefulLines(Array.from({ length: 50 }, (_, line) => `line ${line}`).join('\n'))).toHaveLength(6);
});

test('the environment is read from what the kernel prints', () => {
  expect(lockdownMode('none [integrity] confidentiality\n')).toBe('integrity');
  expect(lockdownMode('')).toBeUndefined();
  const status = (mask: string) => `Name:\tnode\nCapPrm:\t0000000000000000\nCapEff:\t${mask}\nSeccomp:\t0\n`;
  expect(missingCapabilities(status('000001ffffffffff'))).toEqual([]);
  expect(missingCapabilities(status('0000000000200000'))).toEqual([]);
  expect(missingCapabilities(status('000000c000000000'))).toEqual([]);
  expect(missingCapabilities(status('0000008000000000'))).toEqual(['CAP_PERFMON']);
  expect(missingCapabilities(status('0000000000000000'))).toEqual(['CAP_PERFMON', 'CAP_BPF']);
  expect(missingCapabilities('')).toEqual([]);
});
