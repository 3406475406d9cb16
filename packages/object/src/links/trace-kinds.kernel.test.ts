import { execFileSync } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { compileFixture } from '../../test/compile.js';
import { kernelSince } from '../../test/kernel.js';
import { type AttachTarget, features, openObject } from '../index.js';

const load = (section: string, ...defines: string[]) =>
  openObject(compileFixture('hook', [`SECTION="${section}"`, ...defines])).load();
const hasCookies = kernelSince('5.15');
const withCookie = hasCookies ? ['COOKIE'] : [];

const folder = mkdtempSync(join(tmpdir(), 'spoor-links-'));
const probed = join(folder, 'probed');

beforeAll(() => {
  const source = fileURLToPath(new URL('../../test/fixtures/probed.c', import.meta.url));
  execFileSync('cc', ['-O1', '-o', probed, source], { stdio: ['ignore', 'ignore', 'inherit'] });
});
afterAll(() => rmSync(folder, { recursive: true }));

describe('a target of a tracing program', () => {
  const hasTracepoints = features.has('syscall_tracepoints');
  const hasKprobes = features.has('kprobe');
  const hasUprobes = existsSync('/sys/bus/event_source/devices/uprobe/type');
  const cookie = hasCookies ? { cookie: 2n ** 63n + 1n } : {};
  const execTracepoint = { category: 'sched', name: 'sched_process_exec', ...cookie };

  for (const [section, target, possible] of [
    ['tp', execTracepoint, hasTracepoints],
    ['tracepoint', execTracepoint, hasTracepoints],
    // A section that names its target can be attached to another one as well.
    ['tp/sched/sched_switch', execTracepoint, hasTracepoints],
    ['uprobe', { path: probed, symbol: 'probed_function', ...cookie }, hasUprobes],
    ['uretprobe', { path: probed, symbol: 'probed_function', ...cookie }, hasUprobes],
    ['uprobe', { path: probed, symbol: 'probed_function', retprobe: true, ...cookie }, hasUprobes],
    ['kprobe', { function: 'begin_new_exec', ...cookie }, hasKprobes],
    ['kretprobe', { function: 'begin_new_exec', ...cookie }, hasKprobes],
    ['ksyscall', { syscall: 'execve', ...cookie }, hasKprobes],
  ] as const satisfies readonly (readonly [string, AttachTarget, boolean])[]) {
    test.runIf(possible)(`${section} runs at ${Object.values(target)[0]}, with its cookie`, () => {
      using loaded = load(section, ...withCookie);
      const link = loaded.program('counted').attach(target);
      execFileSync(probed);
      expect(loaded.globals.read('runs')).toBeGreaterThanOrEqual(1n);
      if (hasCookies) expect(loaded.globals.read('cookie')).toBe(2n ** 63n + 1n);
      const info = link.info();
      expect(info.type).toBe('perf_event');
      if (hasCookies) expect(info.id).toBeGreaterThan(0);
      expect(() => link.update(loaded.program('other'))).toThrow(
        expect.objectContaining({ code: 'UNSUPPORTED', remedy: expect.stringContaining('Attach other') }),
      );
      link.detach();
      const runs = loaded.globals.read('runs');
      execFileSync(probed);
      expect(loaded.globals.read('runs')).toBe(runs);
      expect(() => link.info()).toThrow(expect.objectContaining({ code: 'WRONG_PHASE' }));
    });
  }

  test.runIf(hasUprobes)('a uprobe of one process does not run in others', () => {
    using loaded = load('uprobe');
    loaded.program('counted').attach({ path: probed, symbol: 'probed_function', pid: process.pid });
    execFileSync(probed);
    expect(loaded.globals.read('runs')).toBe(0n);
  });

  test('a raw tracepoint is attached several times, each by a link of its own', () => {
    using loaded = load('raw_tp');
    const program = loaded.program('counted');
    const first = program.attach({ name: 'sched_process_exec' });
    const second = program.attach({ name: 'sched_process_fork' });
    expect([first.info().type, second.info().type]).toEqual(['raw_tracepoint', 'raw_tracepoint']);
    expect(first.info().id).not.toBe(second.info().id);
    first.detach();
    expect([program.attached, second.attached]).toEqual([true, true]);
    const before = loaded.globals.read('runs') as bigint;
    execFileSync('true');
    expect(loaded.globals.read('runs')).toBeGreaterThan(before);
    loaded.close();
    expect([program.attached, second.attached]).toEqual([false, false]);
  });

  test('a typed tracepoint is attached by its section, with a cookie', () => {
    using loaded = load('tp_btf/sched_process_exec', ...(kernelSince('6.10') ? ['COOKIE'] : []));
    const program = loaded.program('counted');
    using link = program.attach(kernelSince('6.10') ? { cookie: 2n ** 40n + 7n } : {});
    expect(link.info().type).toBe('raw_tracepoint');
    execFileSync('true');
    if (kernelSince('6.10')) expect(loaded.globals.read('cookie')).toBe(2n ** 40n + 7n);
    using again = program.attach();
    expect(again.info().type).toBe('raw_tracepoint');
    execFileSync('true');
    expect(loaded.globals.read('runs')).toBeGreaterThanOrEqual(2n);
  });

  test.runIf(hasUprobes && hasCookies)('a USDT probe runs with its cookie', () => {
    using loaded = openObject(compileFixture('usdt')).load();
    const probe = { path: probed, provider: 'spoor', name: 'probed' };
    const link = loaded.program('on_probe').attach({ ...probe, cookie: 42 });
    expect([link.fd, link.info()]).toEqual([-1, { id: undefined, type: 'usdt' }]);
    execFileSync(probed);
    expect([loaded.globals.read('runs'), loaded.globals.read('cookie')]).toEqual([1n, 42n]);
    link.detach();
    execFileSync(probed);
    expect(loaded.globals.read('runs')).toBe(1n);
    expect(() => loaded.program('on_probe').attach({ ...probe, name: 'missing' })).toThrow(
      expect.objectContaining({
        code: 'ATTACH_FAILED',
        message: expect.stringContaining(`usdt/${probed}:spoor:missing`),
      }),
    );
  });

  test('a target that does not exist is named', () => {
    using tracepoints = load('raw_tp');
    expect(() => tracepoints.program('counted').attach({ name: 'no_such_tracepoint' })).toThrow(
      expect.objectContaining({
        code: 'ATTACH_FAILED',
        message: expect.stringContaining('raw_tp/no_such_tracepoint'),
      }),
    );
    using probes = load('uprobe');
    expect(() => probes.program('counted').attach({ path: probed, symbol: 'no_such_function' })).toThrow(
      expect.objectContaining({
        code: 'ATTACH_FAILED',
        message: expect.stringContaining(`${probed}:no_such_function`),
      }),
    );
  });
});

describe('perf events', () => {
  test('a clock of the kernel runs the program on all CPUs, until it is detached', () => {
    using loaded = load('perf_event');
    const link = loaded.program('counted').attach({ event: 'cpu-clock', frequency: 999 });
    const runs = () => loaded.globals.read('runs') as bigint;
    while (runs() < 3n);
    link.detach();
    const after = runs();
    const end = Date.now() + 50;
    while (Date.now() < end);
    expect(runs()).toBe(after);
  });

  test('one process and one CPU can be chosen', () => {
    using loaded = load('perf_event', ...withCookie);
    const cookie = hasCookies ? { cookie: 5 } : {};
    const program = loaded.program('counted');
    using link = program.attach({ event: 'page-faults', period: 1, pid: process.pid, ...cookie });
    expect(link.info().type).toBe('perf_event');
    const memory = new Uint8Array(16 * 1024 * 1024).fill(1);
    expect(memory.at(-1)).toBe(1);
    expect(loaded.globals.read('runs')).toBeGreaterThan(0n);
    if (hasCookies) expect(loaded.globals.read('cookie')).toBe(5n);
    using other = program.attach({ event: 'context-switches', period: 1, cpu: 0 });
    expect(other.attached).toBe(true);
  });

  test('a counter wants a frequency or a period, a process that lives and a CPU that exists', () => {
    using loaded = load('perf_event');
    const program = loaded.program('counted');
    expect(() => program.attach({ event: 'cpu-clock' })).toThrow(
      expect.objectContaining({ code: 'INVALID_VALUE', remedy: expect.stringContaining('frequency: 99') }),
    );
    expect(() => program.attach({ event: 'cpu-clock', period: 1000, pid: 0x7fff_fff0 })).toThrow(
      expect.objectContaining({ code: 'ATTACH_FAILED', message: expect.stringContaining('of process') }),
    );
    expect(() => program.attach({ event: 'cpu-clock', period: 1000, cpu: 99_999 })).toThrow(
      expect.objectContaining({ code: 'ATTACH_FAILED', message: expect.stringContaining('on CPU 99999') }),
    );
    expect(program.attached).toBe(false);
  });
});

describe('iterators', () => {
  const ids = (bytes: Uint8Array) => [...new Set(new Uint32Array(bytes.buffer, 0, bytes.byteLength / 4))];

  test('visit the entries of one map', () => {
    using opened = openObject(compileFixture('iterators'));
    using loaded = opened.load();
    const map = loaded.map('table');
    map.update(new Uint8Array(Uint32Array.of(17).buffer), new Uint8Array(8), 0);
    const program = loaded.program('each_entry');
    expect(ids(program.iterate({ map }))).toEqual([17]);
    expect(() => program.iterate({ map: {} as never })).toThrow(
      expect.objectContaining({ code: 'INVALID_VALUE', message: expect.stringContaining('not KernelMap') }),
    );
    expect(() => program.iterate()).toThrow(
      expect.objectContaining({ code: 'INVALID_VALUE', remedy: expect.stringContaining('map?: KernelMap') }),
    );
    expect(() => program.iterate({ pid: process.pid })).toThrow(
      expect.objectContaining({ code: 'ATTACH_FAILED', remedy: expect.stringContaining('map') }),
    );
    expect(loaded.attach().leftAlone.map(({ reason }) => reason)).toEqual([
      'it runs on demand: iterate()',
      'it runs on demand: iterate()',
    ]);
  });

  test.runIf(kernelSince('6.1'))('visit one process', () => {
    using loaded = openObject(compileFixture('iterators')).load();
    const program = loaded.program('each_task');
    expect(ids(program.iterate({ pid: process.pid }))).toEqual([process.pid]);
    expect(ids(program.iterate({ tid: process.pid }))).toEqual([process.pid]);
    expect(ids(program.iterate()).length).toBeGreaterThan(1);
    using link = program.attach({ pid: process.pid });
    expect(link.info().type).toBe('iter');
  });
});
