/** `pnpm new filter NAME`: a filter kind over one number of the process. */
import { blank, Edits, spellings } from './files.mjs';
import { recipe } from './steps.mjs';

/**
 * @param {string} given
 * @param {{ signed?: boolean | undefined }} options
 * @returns {import('./files.mjs').Skeleton}
 */
export function newFilter(given, { signed = false }) {
  const name = spellings(given);
  const { kebab, snake, upper, camel } = name;
  const edits = new Edits();
  const [type, value] = signed ? ['__s32', `FILTER_SIGNED(facts->${snake})`] : ['__u32', `facts->${snake}`];
  const [less, at, more] = signed ? [-6, -5, 5] : [9, 10, 11];

  const header = `bpf/filters/${snake}.h`;
  edits.create(
    header,
    `/* ${snake}: ${blank}, say which number of the process this is. */
FILTER_FACT(${type} ${snake})
FILTER_KIND(${upper}, ${snake}, number, ${value})
FILTER_COLLECT(${upper}, facts->${snake} = ${blank})
`,
  );
  edits.insertAfter('bpf/filters/registry.h', /^#include "uts\.h"$/m, `#include "${snake}.h"`);

  const kind = `packages/filter/src/kinds/${kebab}.ts`;
  edits.create(
    kind,
    `import { numberKind } from './kinds-of-fact.js';

export const kind = numberKind({
  summary: '${blank}',
  examples: ['${snake}=${at}', '${snake}!=${more}'],
  fact: '${camel}',${signed ? '\n  isSigned: true,' : ''}
});
`,
  );
  edits.insertSorted(
    'packages/filter/src/kinds/registry.ts',
    /^export \{ kind as .*$/m,
    `export { kind as ${snake} } from './${kebab}.js';`,
  );
  const facts = (/** @type {number} */ number) => `{ ${camel}: ${number} }`;
  edits.create(
    `packages/filter/src/kinds/${kebab}.test.ts`,
    `import { filterKindSuite } from '../../test/filter-kind.js';

filterKindSuite('${snake}', {
  rows: [
    ['${snake}=${at}', ${facts(at)}, ${facts(more)}],
    ['${snake}!=${at}', ${facts(more)}, ${facts(at)}],
    ['${snake}<${at}', ${facts(less)}, ${facts(at)}],
    ['${snake}<=${at}', ${facts(at)}, ${facts(more)}],
    ['${snake}>${at}', ${facts(more)}, ${facts(at)}],
    ['${snake}>=${at}', ${facts(at)}, ${facts(less)}],
  ],
  wrong: [['${snake}=a', /expected a number/]],
});
`,
  );

  const live = 'packages/tracer/src/scopes/filters.kernel.test.ts';
  edits.insertAfter(
    live,
    /^const cases: .*$/m,
    `  ${snake}: {
    scope: '${snake}=${at}',
    script: '${blank} /bin/true in; /bin/true out',
    expected: ['in'],
  },`,
  );
  return { edits, ...recipe('A filter kind', [[spellings('sid'), name]]) };
}
