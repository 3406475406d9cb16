import { constants } from 'node:os';
import { afterEach, describe, expect, test } from 'vitest';
import { compileFixture } from '../../test/compile.js';
import { failureOf } from '../../test/failure.js';
import { basicForKernel } from '../../test/kernel.js';
import { features, openObject, systemInfo } from '../index.js';

const { EPERM, EACCES, E2BIG } = constants.errno;

describe('a load that the kernel refuses', () => {
  test('by its verifier: the end of the log in the message, all of it in the details', () => {
    const opened = openObject(compileFixture('rejected'));
    const error = failureOf(() => opened.load());
    expect(error).toMatchObject({
      code: 'VERIFIER_REJECTED',
      errno: EACCES,
      details: { program: 'refused' },
    });
    expect(error.message).toMatch(/rejects refused:\n/);
    expect(error.message).toContain("R0 invalid mem access 'map_value_or_null'");
    expect(error.message).not.toContain('processed');
    expect(error.details['log']).toContain('processed');
    expect(error.details['log']).toContain('return *value > 1;');
    expect(() => opened.load()).toThrow(expect.objectContaining({ code: 'WRONG_PHASE' }));
  });

  test('loads without the program that it refuses', () => {
    using opened = openObject(compileFixture('rejected'));
    using loaded = opened.disableProgram('refused').load();
    expect([...loaded.programs.keys()]).toEqual(['accepted']);
  });

  test('for a map beyond what it creates', () => {
    // Without preallocation, memory does not limit the size, but the number of buckets does.
    const opened = openObject(basicForKernel(['TABLE_FLAGS=BPF_F_NO_PREALLOC']));
    const error = failureOf(() => opened.resizeMap('table', 2 ** 32 - 1).load());
    expect(error).toMatchObject({ code: 'MAP_SIZE', errno: E2BIG, call: 'bpf_map_create(table)' });
    expect(error.details).toMatchObject({ map: 'table', maxEntries: 2 ** 32 - 1 });
  });

  test.each([
    ['LPM_TRIE', ['MAP_ENTRIES=9', 'KEY_SIZE=8', 'VALUE_SIZE=4'], 'MAP_FLAGS', 'BPF_F_NO_PREALLOC'],
    ['PERCPU_ARRAY', ['MAP_ENTRIES=1', 'KEY_SIZE=4', 'VALUE_SIZE=40000'], 'MAP_SIZE', '32,768 bytes'],
    [
      'HASH',
      ['MAP_ENTRIES=1', 'KEY_SIZE=4', 'VALUE_SIZE=4', 'MAP_FLAGS=BPF_F_RDONLY_PROG|BPF_F_WRONLY_PROG'],
      'MAP_FLAGS',
      'BPF_F_RDONLY_PROG and BPF_F_WRONLY_PROG',
    ],
    [
      'LRU_HASH',
      ['MAP_ENTRIES=1', 'KEY_SIZE=4', 'VALUE_SIZE=4', 'MAP_FLAGS=BPF_F_NO_PREALLOC'],
      'MAP_FLAGS',
      'BPF_F_NO_PREALLOC',
    ],
  ])('for a map of the kind %s, by what is wrong with it', (kind, defines, code, message) => {
    const opened = openObject(compileFixture('odd-map', [`MAP_TYPE=BPF_MAP_TYPE_${kind}`, ...defines]));
    const error = failureOf(() => opened.load());
    expect(error).toMatchObject({ code, call: 'bpf_map_create(odd)', details: { map: 'odd' } });
    expect(error.message).toContain(message);
    expect(error.remedy).not.toContain('fewer entries');
  });

  test('for a map without a size, before the kernel is asked', () => {
    const opened = openObject(basicForKernel(['TABLE_ENTRIES=0']));
    expect(failureOf(() => opened.load())).toMatchObject({ code: 'MAP_SIZE', call: undefined });
    using loaded = opened.resizeMap('table', 5).load();
    expect(loaded.map('table').maxEntries).toBe(5);
  });

  test('for a hook that its BTF does not have', () => {
    const opened = openObject(compileFixture('hooks')).enableProgram('no_hook');
    const error = failureOf(() => opened.load());
    expect(error.code).toBe('UNSUPPORTED');
    expect(error.message).toContain('no_hook (tp_btf/no_such_tracepoint): there is no such hook');
  });

  test('or attaches to a tracepoint that is not there', () => {
    using loaded = openObject(compileFixture('hooks')).enableProgram('no_tracefs').load();
    const error = failureOf(() => loaded.program('no_tracefs').attach());
    expect(error).toMatchObject({ code: 'ATTACH_FAILED', call: 'bpf_program__attach(no_tracefs)' });
    expect(error.message).toContain('tp/no_such_category/no_such_event');
    const mounted = features.why('syscall_tracepoints')?.includes('mount') !== true;
    expect(error.remedy).toContain(mounted ? 'no such hook' : 'mount -t tracefs');
  });
});

describe('without privilege', () => {
  const nobody = 65534;
  afterEach(() => process.seteuid?.(0));

  test('an object opens, and does not load', () => {
    const path = basicForKernel();
    process.seteuid?.(nobody);
    using opened = openObject(path);
    expect(opened.setConstant('factor', 2).constants.get('factor')?.value).toBe(2);
    const error = failureOf(() => opened.load());
    expect(error).toMatchObject({ code: 'NO_PRIVILEGE', errno: EPERM });
    expect(error.message).toContain('CAP_BPF');
    expect(error.remedy).toContain('root');
  });
});

test('a perf event array has an entry for each possible CPU', () => {
  using loaded = openObject(compileFixture('perf-buffer')).load();
  expect(loaded.map('samples').maxEntries).toBe(systemInfo().possibleCpus);
});
