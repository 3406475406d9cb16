import { expect, test } from 'vitest';
import { runVitest } from '../../test/run-vitest.js';
import { installNode, required } from '../../test/tools.js';

const current = Number.parseInt(process.versions.node, 10);
const suites = ['packages/object/src/ffi/koffi.test.ts', 'packages/object/src/ffi/node.test.ts'];

for (const major of [20, 24, 26].filter((other) => other !== current)) {
  test(`the drivers conform on Node ${major}`, { timeout: 300_000 }, async ({ skip }) => {
    const node = required(installNode(major), skip);
    const { passed, failed, output } = await runVitest({ node, project: 'unit', files: suites });
    expect(failed, output).toEqual([]);
    const drivers = new Set(passed.map((title) => /^the (\S+) driver/.exec(title)?.[1]));
    expect(drivers).toEqual(new Set(['koffi', 'node']));
    const suite = passed.filter((title) => title.startsWith('the koffi driver')).length;
    expect(passed).toHaveLength(major >= 26 ? 2 * suite : suite + 1);
  });
}
