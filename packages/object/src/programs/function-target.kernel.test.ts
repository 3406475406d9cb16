import { execFileSync } from 'node:child_process';
import { expect, test } from 'vitest';
import { compileFixture } from '../../test/compile.js';
import { features, openObject } from '../index.js';

const open = (section: string, ...defines: string[]) =>
  openObject(compileFixture('hook', [`SECTION="${section}"`, ...defines]));

const coded = (code: string, remedy: string) =>
  expect.objectContaining({ code, remedy: expect.stringContaining(remedy) });

test('a program whose section names no function says how to choose one', () => {
  for (const section of ['tp_btf', 'fentry', 'lsm', 'fexit.s']) {
    using opened = open(section);
    expect(() => opened.load()).toThrow(coded('INVALID_VALUE', "setTarget('counted', { function: string })"));
  }
  using extension = open('freplace/function');
  expect(() => extension.load()).toThrow(
    coded('INVALID_VALUE', "setTarget('counted', { program, function: string })"),
  );
});

test('the target of a typed tracepoint can be chosen before loading', () => {
  using opened = open('tp_btf').disableProgram('other');
  expect(() => opened.setTarget('counted', { function: 'no_such_tracepoint' })).toThrow(
    expect.objectContaining({
      code: 'UNSUPPORTED',
      message: expect.stringContaining('this kernel has no function no_such_tracepoint'),
    }),
  );
  expect(() => opened.setTarget('nobody', { function: 'x' })).toThrow(coded('PROGRAM_UNKNOWN', 'counted'));
  using loaded = opened.setTarget('counted', { function: 'sched_process_exec' }).load();
  expect(loaded.attach().map(({ program }) => program)).toEqual(['counted']);
  execFileSync('true');
  expect(loaded.globals.read('runs')).toBeGreaterThan(0n);
});

test('other programs are given their target after loading', () => {
  using opened = open('xdp');
  expect(() => opened.setTarget('counted', { function: 'x' })).toThrow(coded('INVALID_VALUE', 'attach()'));
});

test.runIf(features.has('fentry'))('a function of another program is replaced until it is detached', () => {
  using host = open('tc', 'REPLACED').load();
  const program = host.program('calls_replaced');
  const result = () => program.testRun({ data: new Uint8Array(64) }).returned;
  using opened = open('freplace', 'RESULT=7', 'CONTEXT=struct __sk_buff').disableProgram('other');
  using loaded = opened.setTarget('counted', { program, function: 'replaced' }).load();
  expect(result()).toBe(0);
  const [link] = loaded.attach();
  expect(result()).toBe(7);
  link?.detach();
  expect(result()).toBe(0);
  const again = loaded.program('counted').attach({ program, function: 'replaced' });
  expect([result(), again.info().type]).toEqual([7, 'tracing']);
});
