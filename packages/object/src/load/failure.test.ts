import { describe, expect, test } from 'vitest';
import { able } from '../../test/environment.js';
import { type LoadEvidence, lastUsefulLines, loadFailure } from './failure.js';

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
    programs: [{ name: 'on_exec', type: 26 }],
    messages: [],
    libbpfVersion: '1.1',
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
    const map = { name: 'scopes', type: 1, flags: 0, maxEntries: 2, keySize: 4, valueSize: 8, status: EPERM };
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
    const map = { name: 'scopes', type: 1, flags: 0, maxEntries: 2, keySize: 4, valueSize: 8, status: EPERM };
    const error = failureOf({ status: EPERM, map, environment });
    expect(error).toMatchObject({ code: 'NO_PRIVILEGE' });
    expect(error.message).toContain('user namespace');
    expect(error.remedy).toContain('sudo');
    // Another reason stays one.
    expect(failureOf({ status: EMFILE, environment })).toMatchObject({ code: 'LOAD_FAILED' });
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
    const map = { name: 'maps', type: 1, flags: 0, maxEntries: 1, keySize: 4, valueSize: 4, status: EINVAL };
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
    const messages = ["Couldn't load trivial BPF program. Make sure your kernel supports BPF"];
    expect(failureOf({ status: EINVAL, plainProgram: ENOMEM, unsupported, messages })).toMatchObject({
      code: 'LOAD_FAILED',
      message: expect.stringMatching(/: ENOMEM$/),
      remedy: expect.stringContaining('memory'),
    });
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
    const map = {
      name: 'proc_info',
      type: 1,
      flags: 0,
      maxEntries: 500_000,
      keySize: 4,
      valueSize: 8,
      status,
    };
    const error = failureOf({ status: -4, map });
    expect(error).toMatchObject({ code: 'MAP_SIZE', errno: -status, call: 'bpf_map_create(proc_info)' });
    expect(error.message).toContain('proc_info of 500000 entries');
  });

  test('for want of memory or of bpf(2) is not blamed on the size of a small map', () => {
    const map = { name: 'scopes', type: 1, flags: 0, maxEntries: 2, keySize: 4, valueSize: 8 };
    expect(failureOf({ status: ENOMEM, map: { ...map, status: ENOMEM } })).toMatchObject({
      code: 'LOAD_FAILED',
      remedy: expect.stringContaining('memory'),
    });
    expect(failureOf({ status: -38, map: { ...map, status: -38 } })).toMatchObject({ code: 'UNSUPPORTED' });
  });

  test('at a map for another reason is not blamed on its size', () => {
    const map = {
      name: 'proc_info',
      type: 1,
      flags: 0,
      maxEntries: 5,
      keySize: 4,
      valueSize: 8,
      status: -95,
    };
    expect(failureOf({ map })).toMatchObject({ code: 'LOAD_FAILED', errno: 95 });
    const small = failureOf({ map: { ...map, status: EINVAL } });
    expect(small).toMatchObject({ code: 'LOAD_FAILED', remedy: expect.stringContaining('flags') });
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

describe('the reason of libbpf', () => {
  const messages = ["extern (func ksym) 'frob': not found in kernel or module BTFs", 'more'];

  test('is part of the error', () => {
    const error = failureOf({ status: -3, messages });
    expect(error).toMatchObject({
      code: 'EXTERN_MISSING',
      errno: 3,
      details: { extern: 'frob', libbpf: messages },
    });
    expect(error.message).toBe(
      'spoor: this kernel has no function frob, which the object declares as extern',
    );
  });

  test('wins over what the kernel lacks besides, and not over a log of the verifier', () => {
    const unsupported = ['on_x (tp_btf/x): there is no such hook'];
    expect(failureOf({ messages, unsupported })).toMatchObject({ code: 'EXTERN_MISSING' });
    const rejection = { program: 'on_exec', log };
    expect(failureOf({ messages, rejection })).toMatchObject({ code: 'VERIFIER_REJECTED' });
  });

  test('stands behind the errno when no rule knows it', () => {
    const said = ["map 'table': something new", "failed to load object 'spoor'"];
    const error = failureOf({ messages: said });
    expect(error.message).toBe("spoor cannot be loaded: EINVAL: map 'table': something new");
    expect(error.remedy).toContain('No remedy is known');
    const map = failureOf({ messages: ["map 'outer': failed to create: -EINVAL"] });
    expect(map.remedy).toContain('inner map');
  });
});

describe('a missing capability', () => {
  const programs = [
    { name: 'on_packet', type: 6 },
    { name: 'on_exec', type: 26 },
  ];
  const messages = ["prog 'on_packet': BPF program load failed: Operation not permitted"];
  const environment = { ...able, lacksNetAdmin: true };

  test('is CAP_NET_ADMIN for a program of the network', () => {
    const error = failureOf({ status: EPERM, programs, messages, environment });
    expect(error).toMatchObject({
      code: 'NO_PRIVILEGE',
      message: 'spoor cannot be loaded: the process is without CAP_NET_ADMIN',
      remedy: expect.stringContaining('CAP_NET_ADMIN'),
      details: { missingCapabilities: ['CAP_NET_ADMIN'], program: 'on_packet' },
    });
  });

  test('is not CAP_NET_ADMIN for a program that only traces', () => {
    const traces = ["prog 'on_exec': BPF program load failed: Operation not permitted"];
    const error = failureOf({ status: EPERM, programs, messages: traces, environment });
    expect(error.message).not.toContain('CAP_NET_ADMIN');
    expect(error.remedy).toContain('seccomp');
  });

  test('is not CAP_PERFMON for a program of the network', () => {
    const lacking = { ...environment, missingCapabilities: ['CAP_PERFMON'] };
    const error = failureOf({ status: EPERM, programs, messages, environment: lacking });
    expect(error.details['missingCapabilities']).toEqual(['CAP_NET_ADMIN']);
  });

  test('is not the reason if the verifier wrote a log, and then part of the remedy', () => {
    const lacking = { ...able, missingCapabilities: ['CAP_PERFMON'] };
    const rejection = { program: 'on_exec', log };
    const error = failureOf({ status: EACCES, rejection, environment: lacking });
    expect(error).toMatchObject({
      code: 'VERIFIER_REJECTED',
      remedy: expect.stringContaining('CAP_PERFMON'),
    });
  });

  test('is CAP_NET_ADMIN for a map of sockets', () => {
    const map = { name: 'peers', type: 15, flags: 0, maxEntries: 1, keySize: 4, valueSize: 4, status: EPERM };
    const error = failureOf({ status: EPERM, map, environment });
    expect(error.message).toContain('CAP_NET_ADMIN');
  });
});

test('the useful lines of a log are its last ones without statistics', () => {
  expect(lastUsefulLines('')).toEqual([]);
  expect(lastUsefulLines(log)[3]).toBe('7: (79) r1 = *(u64 *)(r0 +0)');
  expect(lastUsefulLines(Array.from({ length: 50 }, (_, line) => `line ${line}`).join('\n'))).toHaveLength(6);
});
