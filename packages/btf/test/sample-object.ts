import { BtfBuilder } from './btf-builder.js';
import { btfExtension } from './btf-extension.js';
import { buildElf } from './elf-builder.js';

/**
 * A whole object, built without clang: two maps, a ring, constants, two events, a filter kind, a
 * program, and a relocation of a field of `struct task_struct`.
 */
export function sampleObject(): Uint8Array {
  const btf = new BtfBuilder();
  const int = btf.int('int', 4, 'signed');
  const u32 = btf.int('unsigned int', 4);
  const u64 = btf.int('unsigned long long', 8);
  const u16 = btf.int('unsigned short', 2);
  const comm = btf.array(btf.int('char', 1, 'signed'), 16);
  const number = (value: number) => btf.pointer(btf.array(int, value));

  const varBytes = btf.struct('var_bytes', 8, [
    { name: 'offset', type: u16, bitOffset: 0 },
    { name: 'length', type: u16, bitOffset: 16 },
    { name: 'full_length', type: u32, bitOffset: 32 },
  ]);
  const header = btf.struct('event_header', 8, [
    { name: 'kind', type: u32, bitOffset: 0 },
    { name: 'tgid', type: u32, bitOffset: 32 },
  ]);
  const event = (tag: string, members: readonly (readonly [string, number, number])[]) =>
    btf.struct(tag, 32, [
      { name: 'header', type: header, bitOffset: 0 },
      ...members.map(([name, type, offset]) => ({ name, type, bitOffset: offset * 8 })),
    ]);
  const fork = event('fork_event', [['child_start_time_ns', u64, 8]]);
  event('module_load_event', [
    ['path', varBytes, 8],
    ['comm', comm, 16],
  ]);
  const origin = btf.enum('origin', 4, { ORIGIN_FORK: 1, ORIGIN_RECOVERED_USER: 5 });
  const info = btf.struct('proc_info', 32, [
    { name: 'start_time_ns', type: u64, bitOffset: 0 },
    { name: 'origin', type: origin, bitOffset: 64 },
    { name: 'comm', type: comm, bitOffset: 128 },
  ]);
  const kinds = btf.enum('event_kind', 4, { EVENT_FORK: 1, EVENT_MODULE_LOAD: 2 });
  const filters = btf.enum('filter_kind', 4, { FILTER_UID: 0, FILTER_MNT_NS: 1, FILTER_KIND_COUNT: 2 });

  const map = btf.struct('', 32, [
    { name: 'type', type: number(9), bitOffset: 0 },
    { name: 'key', type: btf.pointer(u32), bitOffset: 64 },
    { name: 'value', type: btf.pointer(info), bitOffset: 128 },
    { name: 'max_entries', type: number(1024), bitOffset: 192 },
  ]);
  const ring = btf.struct('', 16, [
    { name: 'type', type: number(27), bitOffset: 0 },
    { name: 'max_entries', type: number(4096), bitOffset: 64 },
  ]);
  btf.datasec('.maps', [
    [btf.variable('proc_info', map), 0, 32],
    [btf.variable('lifecycle', ring), 0, 16],
  ]);
  const constant = btf.refer('const', btf.refer('volatile', u64));
  btf.datasec('.rodata', [
    [btf.variable('target_tgid', btf.refer('const', u32)), 0, 4],
    [btf.variable('trace_start_ns', constant), 0, 8],
    [btf.variable('on_fork.____fmt', comm, 0), 0, 16],
  ]);
  btf.datasec('.btf_anchor', [
    [btf.variable('anchor_fork', btf.pointer(fork)), 0, 8],
    [btf.variable('anchor_kind', btf.pointer(kinds)), 0, 8],
    [btf.variable('anchor_filter', filters), 0, 4],
  ]);

  const task = btf.struct('task_struct', 4, [{ name: 'tgid', type: int, bitOffset: 0 }]);
  const fieldOffset = 0;

  const empty = (size: number) => new Uint8Array(size);
  return buildElf(
    [
      { name: '.text', data: empty(8), executable: true },
      { name: 'tp_btf/sched_process_fork', data: empty(16), executable: true },
      { name: 'license', data: Buffer.from('GPL\0') },
      { name: '.maps', data: empty(48) },
      { name: '.rodata', data: empty(32) },
      { name: '.btf_anchor', data: empty(24) },
      { name: '.BTF', data: btf.build() },
      { name: '.BTF.ext', data: btfExtension([[task, fieldOffset]]) },
    ],
    [
      { name: 'helper', section: '.text', type: 'function', value: 0, size: 8 },
      { name: 'on_fork', section: 'tp_btf/sched_process_fork', type: 'function', value: 0, size: 16 },
      { name: 'proc_info', section: '.maps', type: 'object', value: 0, size: 32 },
      { name: 'lifecycle', section: '.maps', type: 'object', value: 32, size: 16 },
      { name: 'trace_start_ns', section: '.rodata', type: 'object', value: 0, size: 8 },
      { name: 'target_tgid', section: '.rodata', type: 'object', value: 8, size: 4 },
    ],
  );
}
