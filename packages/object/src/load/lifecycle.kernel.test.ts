import { execFileSync, spawnSync } from 'node:child_process';
import { describe, expect, test } from 'vitest';
import { compileFixture } from '../../test/compile.js';
import { basicForKernel, kernelSince } from '../../test/kernel.js';
import { features, openObject } from '../index.js';

const basic = basicForKernel();
const testWithCompute = test.runIf(features.has('syscall_programs'));
const hooks = compileFixture('hooks');
const coded = (code: string) => expect.objectContaining({ name: 'SpoorError', code });
const request = (value: number) => new Uint8Array(new Uint32Array([value, 0]).buffer);
const answer = (context: Uint8Array) => new DataView(context.buffer, context.byteOffset).getUint32(4, true);

describe('an object on its way through the kernel', () => {
  test('is opened, chosen, loaded, attached and disposed', () => {
    using opened = openObject(basic);
    using loaded = opened.setConstant('target_tgid', 0).resizeMap('table', 256).load();
    expect(loaded.map('table').maxEntries).toBe(256);
    const perTask = features.has('task_storage') ? ['per_task'] : [];
    const compute = features.has('syscall_programs') ? ['compute'] : [];
    expect(new Set(loaded.maps.keys())).toEqual(
      new Set(['table', 'counters', 'recent', 'line', 'ring', ...perTask]),
    );
    expect(new Set(loaded.programs.keys())).toEqual(new Set(['on_exit', 'on_fork', 'each_task', ...compute]));
    expect(loaded.globals.read('hits')).toBe(0n);
    const links = loaded.attach();
    expect(new Set(links.map(({ program }) => program))).toEqual(new Set(['on_exit', 'on_fork']));
    expect(links.every(({ attached, fd }) => attached && fd > 2)).toBe(true);
    execFileSync('true');
    expect(loaded.globals.read('hits')).toBeGreaterThanOrEqual(2n);
    expect([...loaded.attach()]).toEqual([]);
    using second = loaded.program('on_exit').attach();
    expect([second.attached, second.fd === links[0]?.fd]).toEqual([true, false]);
  });

  testWithCompute('sees its constants', () => {
    using opened = openObject(basic);
    opened.setConstant('factor', 10).setConstant('bias', 5n);
    opened
      .setConstant('verbose', true)
      .setConstant('label', 'A')
      .setConstant('limits', { low: 0, high: 1000 });
    using loaded = opened.load();
    const { returned, context } = loaded.program('compute').testRun({ context: request(7) });
    expect({ returned, answer: answer(context) }).toEqual({ returned: 0, answer: 70 + 5 + 1000 + 65 });
    expect(loaded.program('compute').testRun({ context: request(101) }).returned).toBe(1);
    expect(loaded.globals.read('loaded_factor')).toBe(10n);
  });

  test('follows only what its constants say', () => {
    using opened = openObject(basic);
    using loaded = opened.setConstant('target_tgid', process.pid).disableProgram('on_fork').load();
    loaded.attach();
    execFileSync('true');
    expect(loaded.globals.read('hits')).toBe(0n);
  });

  test('has no programs and maps that were switched off', () => {
    using opened = openObject(basic);
    using loaded = opened.disableProgram('on_exit').disableMap('line').load();
    expect(loaded.programs.has('on_exit')).toBe(false);
    expect(loaded.maps.has('line')).toBe(false);
    expect(() => loaded.program('on_exit')).toThrow(coded('PROGRAM_UNKNOWN'));
    expect(() => loaded.map('line')).toThrow(coded('MAP_UNKNOWN'));
  });

  test('loads once', () => {
    const opened = openObject(basic);
    opened.load().close();
    expect(() => opened.load()).toThrow(coded('WRONG_PHASE'));
    expect(() => opened.setConstant('factor', 1)).toThrow(coded('WRONG_PHASE'));
    opened.close();
  });

  test('detaches what one attachment call attached when a later program fails', () => {
    using opened = openObject(hooks);
    using loaded = opened.load();
    expect(() => loaded.attach()).toThrow(coded('ATTACH_FAILED'));
    expect(() => loaded.attach()).toThrow(
      /second cannot be attached to raw_tp\/no_such_tracepoint: this kernel has no/,
    );
    expect(loaded.program('first').attached).toBe(false);
    // Others' execs count as well, and one may be under way at a detachment: it is over by the
    // first of ours.
    const runsOfAnExec = (): bigint => {
      execFileSync('true');
      const before = loaded.globals.read('runs') as bigint;
      execFileSync('true');
      return (loaded.globals.read('runs') as bigint) - before;
    };
    expect(runsOfAnExec()).toBe(0n);
    using link = loaded.program('first').attach();
    expect(runsOfAnExec()).toBeGreaterThanOrEqual(1n);
    link.detach();
    expect(runsOfAnExec()).toBe(0n);
    expect(link.fd).toBe(-1);
  });

  test('is gone once disposed: every later call says so, and mapped memory reads zeros', () => {
    const loaded = openObject(basic).load();
    const [table, exit] = [loaded.map('table'), loaded.program('on_exit')];
    const seen = loaded.globals.view('seen_tgid');
    const [link] = loaded.attach();
    expect(seen.getBigUint64(0, true)).not.toBe(0n);
    loaded.close();
    loaded.close();
    expect(link?.attached).toBe(false);
    expect(seen.getBigUint64(0, true)).toBe(0n);
    seen.setBigUint64(0, 1n, true);
    for (const late of [
      () => table.lookup(new Uint8Array(4), new Uint8Array(8)),
      () => exit.attach(),
      () => exit.info(),
      () => exit.fd,
      () => loaded.globals.read('hits'),
      () => loaded.globals.write('hits', 1),
    ]) {
      expect(late).toThrow(coded('WRONG_PHASE'));
    }
  });

  test('never pins, whatever its maps ask for', () => {
    using opened = openObject(hooks);
    using loaded = opened.load();
    expect(loaded.map('pinned').maxEntries).toBe(1);
    const shown = spawnSync('bpftool', ['-f', '-j', 'map', 'show', 'fd', String(loaded.map('pinned').fd)]);
    expect(shown.stdout.toString()).not.toContain('/sys/fs/bpf');
  });
});

describe('global variables', () => {
  test('are read and written in place, by name and type', () => {
    using loaded = openObject(basic).load();
    const { globals } = loaded;
    expect([globals.read('seen_tgid'), globals.read('loaded_factor'), globals.read('hits')]).toEqual([
      7n,
      1n,
      0n,
    ]);
    globals.write('hits', 41);
    loaded.program('on_fork').attach();
    execFileSync('true');
    expect(globals.read('hits')).toBeGreaterThanOrEqual(42n);
    const view = globals.view('loaded_factor');
    expect(view.byteLength).toBe(8);
    if (features.has('syscall_programs')) {
      loaded.program('compute').testRun({ context: request(1) });
      expect(view.getBigUint64(0, true)).toBe(3n);
    }
    expect(() => globals.write('hits', 'many')).toThrow(coded('CONSTANT_TYPE'));
    expect(() => globals.read('factor')).toThrow(coded('CONSTANT_UNKNOWN'));
  });
});

describe('programs that run on demand', () => {
  test('an iterator walks over all tasks, as often as it is asked', () => {
    using loaded = openObject(basic).load();
    for (let round = 0; round < 3; round++) {
      const output = loaded.program('each_task').iterate();
      const tgids = new Uint32Array(output.buffer, output.byteOffset, output.byteLength / 4);
      expect(tgids).toContain(process.ppid);
      expect(tgids).toContain(process.pid);
    }
    expect(() => loaded.program('on_exit').iterate()).toThrow(coded('WRONG_PHASE'));
  });

  testWithCompute(
    'a program whose type has no test runs says so, and so does a context that is too large',
    () => {
      using loaded = openObject(basic).load();
      expect(loaded.program('on_exit').hooked).toBe(true);
      expect(loaded.program('compute').hooked).toBe(false);
      using others = openObject(hooks).enableProgram('no_tracefs').load();
      expect(() => others.program('no_tracefs').testRun()).toThrow(coded('UNSUPPORTED'));
      expect(() => loaded.program('compute').testRun({ context: new Uint8Array(100_000) })).toThrow(
        coded('SYSCALL_FAILED'),
      );
    },
  );
});

describe('statistics', () => {
  test('count runs and time while they are switched on', () => {
    using loaded = openObject(basic).load();
    const fork = loaded.program('on_fork');
    fork.attach();
    const statistics = loaded.enableStats();
    execFileSync('true');
    const counted = fork.info();
    expect(counted.runCount).toBeGreaterThanOrEqual(1n);
    expect(counted.runTimeNs).toBeGreaterThan(0n);
    expect(counted.recursionMisses).toBe(0n);
    expect(counted.id).toBeGreaterThan(0);
    expect(counted.verifiedInstructions > 0).toBe(kernelSince('5.16'));
    statistics[Symbol.dispose]();
    statistics[Symbol.dispose]();
    const shown = JSON.parse(
      execFileSync('bpftool', ['-j', 'prog', 'show', 'id', String(counted.id)], { encoding: 'utf8' }),
    );
    expect(shown).toMatchObject({ name: 'on_fork', type: 'raw_tracepoint', bytes_jited: counted.jitedSize });
  });
});
