import { expect, test } from 'vitest';
import { runVitest } from '../../test/run-vitest.js';
import { buildFfiNapi, installNode, required } from '../../test/tools.js';

const current = Number.parseInt(process.versions.node, 10);
const files = [
  ...['load/lifecycle', 'load/load-failure', 'load/reason', 'load/missing-hook'],
  ...['links/trace-kinds', 'links/network-kinds', 'links/cgroup-kinds', 'links/struct-ops'],
  ...['maps/kernel-map', 'maps/map-kinds'],
  ...['rings/ring', 'rings/open-ring', 'rings/typed-ring', 'rings/perf-buffer'],
].map((name) => `packages/object/src/${name}.kernel.test.ts`);
const enough = 60;

for (const [major, driver] of [
  [20, 'koffi'],
  [24, 'koffi'],
  [26, 'koffi'],
  [26, 'node'],
] as const) {
  test(`the loader works over ${driver} on Node ${major}`, { timeout: 300_000 }, async ({ skip }) => {
    const node = major === current ? process.execPath : required(installNode(major), skip);
    const { passed, failed, output } = await runVitest({
      node,
      project: 'kernel',
      files,
      env: { SPOOR_FFI: driver },
    });
    expect(failed, output).toEqual([]);
    expect(passed.length).toBeGreaterThanOrEqual(enough);
  });
}

test('the loader works over ffi-napi', { timeout: 300_000 }, async ({ skip }) => {
  const folder = required(buildFfiNapi(), skip);
  const env = { SPOOR_FFI: 'ffi-napi', NODE_PATH: `${folder}/node_modules` };
  const { passed, failed, output } = await runVitest({
    node: process.execPath,
    project: 'kernel',
    files,
    env,
  });
  expect(failed, output).toEqual([]);
  expect(passed.length).toBeGreaterThanOrEqual(enough);
});
