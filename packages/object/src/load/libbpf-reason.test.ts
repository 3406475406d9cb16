import { expect, test } from 'vitest';
import { decisiveMessage, libbpfReason, refusedProgram } from './libbpf-reason.js';

const end = "failed to load object 'x'";
const reasonOf = (...messages: string[]) => libbpfReason([...messages, end], '1.1');

test.each([
  ["extern (func ksym) 'frob': not found in kernel or module BTFs", 'function frob', '__weak'],
  ["extern (var ksym) 'frob': not found in kernel BTF", 'variable frob', '__weak'],
  ["extern 'frob' (strong): not resolved", 'symbol frob', '__weak'],
  ["extern 'CONFIG_FROB' (strong): not resolved", 'option CONFIG_FROB', 'a kernel with CONFIG_FROB'],
  ["extern (kcfg) 'LINUX_FROB': unrecognized virtual extern", 'LINUX_FROB', 'LINUX_KERNEL_VERSION'],
  [
    "extern (kcfg) 'CONFIG_HZ': value '250' implies integer, char, or boolean type",
    "CONFIG_HZ has another type in this kernel: value '250' implies integer",
    'Declare',
  ],
  [
    "extern (func ksym) 'frob': func_proto [12] incompatible with vmlinux [34]",
    'frob has another type in this kernel',
    'Declare',
  ],
])('an extern is named by %s', (message, text, remedy) => {
  const reason = reasonOf(message);
  expect(reason).toMatchObject({ code: 'EXTERN_MISSING', details: { extern: expect.any(String) } });
  expect(reason?.message).toContain(text);
  expect(reason?.remedy).toContain(remedy);
});

test('a section that no libbpf knows is named, with the nearest one that is known', () => {
  expect(reasonOf("prog 'p': missing BPF prog type, check ELF section name 'krpobe/do_exit'")).toEqual({
    code: 'SECTION_UNKNOWN',
    message: 'libbpf does not know the section krpobe/do_exit of the program p',
    remedy: expect.stringContaining('Did you mean SEC("kprobe/do_exit")?'),
    details: { program: 'p', section: 'krpobe/do_exit', libbpfVersion: '1.1' },
  });
  const target = reasonOf("prog 'p': missing BPF prog type, check ELF section name 'xdp/mine'");
  expect(target?.remedy).toContain('Did you mean SEC("xdp")?');
  const far = reasonOf("prog 'p': missing BPF prog type, check ELF section name 'whatever-it-is'");
  expect(far?.remedy).not.toContain('Did you mean');
});

test.each([
  ['struct_ops.s/frob', '1.2'],
  ['tp_btf.s/sched_switch', '1.8'],
  ['uprobe.multi//bin/sh:f*', '1.3'],
  ['kprobe.session/f*', '1.5'],
])('the section %s takes libbpf %s', (section, version) => {
  expect(reasonOf(`prog 'p': missing BPF prog type, check ELF section name '${section}'`)).toMatchObject({
    code: 'LIBBPF_TOO_OLD',
    message: `libbpf 1.1 does not know the section ${section} of the program p`,
    remedy: expect.stringContaining(`libbpf ${version} or later`),
  });
});

test('other reasons of libbpf are named', () => {
  for (const [message, code, text] of [
    ['failed to open system Kconfig', 'UNSUPPORTED', 'configuration of the kernel'],
    ["failed to find BTF for extern 'frob' [6] section: -2", 'OBJECT_INVALID', 'extern frob is neither'],
    ["sec 'xdp': program 'p' is static and not supported", 'OBJECT_INVALID', 'program p (xdp) is static'],
    ['struct_ops init_kern: struct frob_ops is not found in kernel BTF', 'UNSUPPORTED', 'struct frob_ops'],
    ['struct_ops init_kern mine: Cannot find member frob in kernel BTF', 'UNSUPPORTED', 'no member frob'],
  ] as const) {
    const reason = reasonOf(message);
    expect(reason).toMatchObject({ code, message: expect.stringContaining(text) });
    expect(reason?.remedy).not.toBe('');
  }
  expect(reasonOf("prog 'p': BPF program load failed: Invalid argument")).toBeUndefined();
});

test('the decisive message is the first that is more than an errno', () => {
  const messages = [
    'Failed to bump RLIMIT_MEMLOCK (err = -1), you might need to do it explicitly!',
    'Error in bpf_create_map_xattr(m): -EINVAL. Retrying without BTF.',
    "map 'm': failed to create: Invalid argument(-22)",
    "prog 'p': failed to load: -22",
    end,
  ];
  expect(decisiveMessage(messages)).toBe(messages[2]);
  expect(decisiveMessage(messages.slice(3))).toBeUndefined();
  expect(decisiveMessage([])).toBeUndefined();
});

test('the refused program is named', () => {
  expect(refusedProgram(["prog 'p': BPF program load failed: Operation not permitted", end])).toBe('p');
  expect(refusedProgram([end])).toBeUndefined();
});
