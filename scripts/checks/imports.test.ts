import { describe, expect, test } from 'vitest';
import { circles, dependencyFaults, importFaults, includeFaults, localImports } from './imports.mjs';

const belowMap = '@spoor/core, @spoor/btf, @spoor/proc';

describe('dependencies between packages', () => {
  test('passes those of the table, and every package from outside', () => {
    const manifest = {
      name: '@spoor/filter',
      dependencies: { '@spoor/proc': 'workspace:*', typebox: 'catalog:' },
    };
    expect(dependencyFaults({ folder: 'packages/filter', manifest })).toEqual([]);
  });

  test.each(['dependencies', 'peerDependencies', 'optionalDependencies'])(
    'names one in %s that goes upwards',
    (field) => {
      const manifest = { name: '@spoor/map', [field]: { '@spoor/object': 'workspace:*' } };
      expect(dependencyFaults({ folder: 'packages/map', manifest })).toEqual([
        `packages/map/package.json: depends on @spoor/object; @spoor/map may depend on only ${belowMap}`,
      ]);
    },
  );

  test('lets tests use the loader, and nothing else above them', () => {
    const devDependencies = { '@spoor/object': 'workspace:*', '@spoor/tracer': 'workspace:*' };
    expect(
      dependencyFaults({ folder: 'packages/map', manifest: { name: '@spoor/map', devDependencies } }),
    ).toEqual([
      `packages/map/package.json: depends on @spoor/tracer; @spoor/map may depend on only ${belowMap}, @spoor/object`,
    ]);
  });

  test('lets an example use every public package, and no other example', () => {
    const manifest = { name: 'storm', dependencies: { '@spoor/map': 'workspace:*', tour: 'workspace:*' } };
    expect(dependencyFaults({ folder: 'examples/storm', manifest })).toHaveLength(1);
  });

  test('lets the benchmark run the command', () => {
    const manifest = { name: '@spoor/bench', dependencies: { spoor: 'workspace:*' } };
    expect(dependencyFaults({ folder: 'bench', manifest })).toEqual([]);
  });

  test('refuses a package that the table lacks', () => {
    expect(dependencyFaults({ folder: 'packages/new', manifest: { name: '@spoor/new' } })).toEqual([
      'packages/new: missing in the table of layers (scripts/lib/packages.mjs)',
    ]);
  });
});

describe('imports in sources', () => {
  const faults = (path: string, text: string) => importFaults({ folder: 'packages/map', path, text });

  test.each([
    ['packages/map/src/map.ts', "import { ctype } from '@spoor/btf';"],
    ['packages/map/src/map.ts', "import { x } from './spoor.js';"],
    ['packages/map/src/map.kernel.test.ts', "import { openObject } from '@spoor/object';"],
    ['packages/map/test/samples.ts', "import { typedMap } from '@spoor/map';"],
  ])('%s may hold %s', (path, text) => {
    expect(faults(path, text)).toEqual([]);
  });

  test.each([
    ['packages/map/src/map.ts', "import { openObject } from '@spoor/object';", '@spoor/object'],
    ['packages/map/src/map.ts', "const { trace } = await import('@spoor/tracer');", '@spoor/tracer'],
    ['packages/map/src/map.ts', "export type { X } from '@spoor/filter/kernel';", '@spoor/filter/kernel'],
    ['packages/map/src/map.ts', "import { main } from 'spoor';", 'spoor'],
  ])('%s may not hold %s', (path, text, name) => {
    expect(faults(path, `// first\n${text}\n`)).toEqual([
      `${path}:2: imports ${name}; it may import only ${belowMap}`,
    ]);
  });

  test('a test may not import what is above the loader', () => {
    expect(faults('packages/map/src/map.test.ts', "import { trace } from '@spoor/tracer';")).toHaveLength(1);
  });
});

describe('circles', () => {
  test('are found once each, by values and by types', () => {
    const graph = new Map([
      ['a', ['b', 'd']],
      ['b', ['c']],
      ['c', ['b', 'a']],
      ['d', ['c']],
      ['e', ['a']],
      ['f', ['f']],
    ]);
    expect(circles(graph)).toEqual([
      ['b', 'c', 'b'],
      ['a', 'b', 'c', 'a'],
      ['f', 'f'],
    ]);
  });

  test('follow each way to name a module', () => {
    const text = [
      "import { a } from './a.js';",
      "import type {\n  B,\n} from '../b.js';",
      "export * from './c.js';",
      "type D = import('./d.js').D;",
      "import './e.mjs';",
      "const f = await import('./f.js');",
      "// as in import('./g.js')",
    ].join('\n');
    expect(localImports('packages/map/src/x/y.ts', text)).toEqual([
      'packages/map/src/x/a',
      'packages/map/src/b',
      'packages/map/src/x/c',
      'packages/map/src/x/d',
      'packages/map/src/x/e',
      'packages/map/src/x/f',
    ]);
  });
});

describe('includes between the folders of bpf/', () => {
  const faults = (path: string, target: string) =>
    includeFaults({ path, text: `// first\n#include "${target}"\n` });

  test.each([
    ['programs/exec.bpf.c', 'events/exec.h'],
    ['programs/exec.bpf.c', '../maps/proc_info.h'],
    ['events/exec.h', 'lib/path.h'],
    ['maps/proc_info.h', '../lib/core.h'],
    ['lib/path.h', 'core.h'],
    ['tests/match.c', '../filters/registry.h'],
  ])('%s may include %s', (path, target) => {
    expect(faults(path, target)).toEqual([]);
  });

  test.each([
    ['lib/path.h', 'maps/proc_info.h'],
    ['lib/path.h', '../maps/proc_info.h'],
    ['maps/proc_info.h', '../programs/exec.h'],
  ])('%s may not include %s', (path, target) => {
    expect(faults(path, target)).toEqual([
      `bpf/${path}:2: includes ${target}; includes go programs and tests → events, filters, maps → lib, never back`,
    ]);
  });
});
