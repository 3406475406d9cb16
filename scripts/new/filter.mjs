/** `pnpm new filter NAME`: a filter kind over one number of the process. */
import { blank, Edits, spellings } from './files.mjs';

/**
 * @param {string} name
 * @param {{ signed?: boolean | undefined }} options
 * @returns {import('./files.mjs').Skeleton}
 */
export function newFilter(name, { signed = false }) {
  const { snake, upper, camel } = spellings(name);
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

  const kind = `packages/filter/src/kinds/${snake}.ts`;
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
    `export { kind as ${snake} } from './${snake}.js';`,
  );
  const facts = (/** @type {number} */ number) => `{ ${camel}: ${number} }`;
  edits.create(
    `packages/filter/src/kinds/${snake}.test.ts`,
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
  const next = [
    `${header}: collect the fact from \`task\` (bpf/filters/registry.h explains the words).`,
    'bpf/lib/kernel.h: add the members of kernel structs that it lacks. Their order does not matter.',
    `${kind}: write the summary.`,
    `${live}: start one process that the scope takes, and one that it does not.`,
    'pnpm generate',
    'pnpm vitest run --project unit packages/filter',
    `pnpm vitest run --project kernel packages/filter/src/differential ${live}`,
    'pnpm api && pnpm check',
  ];
  return { edits, next };
}
