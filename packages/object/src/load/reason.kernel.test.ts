import { readFileSync } from 'node:fs';
import { constants } from 'node:os';
import { expect, test } from 'vitest';
import { compileFixture } from '../../test/compile.js';
import { failureOf } from '../../test/failure.js';
import { native } from '../ffi/native.js';
import { openObject } from '../index.js';

const { EPERM } = constants.errno;
const missing = 'spoor_no_such';

test.each([
  ['FUNCTION', 'EXTERN_MISSING', `function ${missing}_function`],
  ['VARIABLE', 'EXTERN_MISSING', `variable ${missing}_variable`],
  ['SYMBOL', 'EXTERN_MISSING', `symbol ${missing}_symbol`],
  ['OPTION', 'EXTERN_MISSING', 'option CONFIG_SPOOR_NO_SUCH_OPTION'],
  ['FIELD', 'VERIFIER_REJECTED', `struct task_struct.${missing}_field`],
])('an object that lacks a %s of the kernel fails with %s', (macro, code, message) => {
  const error = failureOf(() => openObject(compileFixture('reason', [macro])).load());
  expect(error.message).toContain(message);
  expect(error).toMatchObject({ code, remedy: expect.any(String) });
  expect(JSON.parse(JSON.stringify(error.details))).toEqual(error.details);
});

test('an object whose section is unknown fails with the name of the section', () => {
  const object = compileFixture('one-hook', ['HOOK="xdp-mine"']);
  const error = failureOf(() => openObject(object).load());
  expect(error).toMatchObject({
    code: 'SECTION_UNKNOWN',
    details: { program: 'on_hook', section: 'xdp-mine' },
    message: expect.stringContaining('xdp-mine'),
  });
});

test('a program for a misspelt tracepoint is shown the nearest one', () => {
  const object = compileFixture('one-hook', ['HOOK="tp_btf/sched_swich"']);
  const error = failureOf(() => openObject(object).load());
  expect(error).toMatchObject({
    code: 'UNSUPPORTED',
    message: expect.stringContaining('mean sched_switch?'),
  });
});

test('a program without a licence is told to declare one', () => {
  const object = compileFixture('one-hook', ['HOOK="raw_tp/sched_switch"', 'WITHOUT_LICENSE']);
  const error = failureOf(() => openObject(object).load());
  expect(error).toMatchObject({
    code: 'VERIFIER_REJECTED',
    remedy: expect.stringContaining('SEC("license")'),
  });
});

test('a load on another thread fails for the same reason, also beside others', async () => {
  const loads = ['FUNCTION', 'OPTION', 'VARIABLE', 'SYMBOL'].map((macro) =>
    openObject(compileFixture('reason', [macro]), { name: `of_${macro}` }).loadAsync(),
  );
  const results = await Promise.allSettled(loads);
  expect(results.map((result) => (result as PromiseRejectedResult).reason.message)).toEqual([
    expect.stringContaining('spoor_no_such_function'),
    expect.stringContaining('CONFIG_SPOOR_NO_SUCH_OPTION'),
    expect.stringContaining('spoor_no_such_variable'),
    expect.stringContaining('spoor_no_such_symbol'),
  ]);
});

test('an object that libbpf does not open fails with its reason', () => {
  const error = failureOf(() => openObject(compileFixture('unknown-field')));
  expect(error).toMatchObject({
    code: 'OBJECT_INVALID',
    message: expect.stringContaining("unknown field 'frob'"),
  });
});

test('a network program without CAP_NET_ADMIN fails with the name of that capability', () => {
  const opened = openObject(compileFixture('one-hook', ['HOOK="xdp"']));
  const error = withCapabilities(['CAP_PERFMON', 'CAP_BPF'], () => failureOf(() => opened.load()));
  expect(error).toMatchObject({
    code: 'NO_PRIVILEGE',
    errno: EPERM,
    message: expect.stringContaining('without CAP_NET_ADMIN'),
    details: { missingCapabilities: ['CAP_NET_ADMIN'], program: 'on_hook' },
  });
});

test('a network program needs no CAP_PERFMON', () => {
  const opened = openObject(compileFixture('one-hook', ['HOOK="xdp"']));
  const loaded = withCapabilities(['CAP_NET_ADMIN', 'CAP_BPF'], () => opened.load());
  expect([...loaded.programs.keys()]).toEqual(['on_hook']);
  loaded.close();
});

const bits = { CAP_NET_ADMIN: 12n, CAP_PERFMON: 38n, CAP_BPF: 39n };

/** Runs an action on this thread with these effective capabilities only. */
function withCapabilities<T>(names: readonly (keyof typeof bits)[], action: () => T): T {
  const { libc } = native();
  const status = readFileSync('/proc/self/status', 'utf8');
  const maskOf = (set: string) => BigInt(`0x${new RegExp(`^${set}:\\s*(\\w+)$`, 'm').exec(status)?.[1]}`);
  const [effective, permitted] = [maskOf('CapEff'), maskOf('CapPrm')];
  const halves = (mask: bigint) => [Number(mask & 0xffff_ffffn), Number(mask >> 32n)] as const;
  const set = (mask: bigint) => {
    const [now, possible] = [halves(mask), halves(permitted)];
    const data = Uint32Array.of(now[0], possible[0], 0, now[1], possible[1], 0);
    expect(libc.capset(Uint32Array.of(0x2008_0522, 0), data)).toBe(0);
  };
  set(names.reduce((mask, name) => mask | (1n << bits[name]), 0n));
  try {
    return action();
  } finally {
    set(effective);
  }
}
