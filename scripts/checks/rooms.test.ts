import { describe, expect, test } from 'vitest';
import { dependencyFaults, includeFaults } from './rooms.mjs';

describe('dependencies between packages', () => {
  test('those of the table pass, whatever else a package depends on', () => {
    const manifest = {
      name: '@spoor/filter',
      dependencies: { '@spoor/map': 'workspace:*', typebox: 'catalog:' },
    };
    expect(dependencyFaults({ folder: 'packages/filter', manifest })).toEqual([]);
  });

  test.each(['dependencies', 'peerDependencies', 'optionalDependencies'])(
    'one in %s that goes back is named',
    (field) => {
      const manifest = { name: '@spoor/map', [field]: { '@spoor/object': 'workspace:*' } };
      expect(dependencyFaults({ folder: 'packages/map', manifest })).toEqual([
        'packages/map/package.json: depends on @spoor/object; @spoor/map may depend on only @spoor/btf',
      ]);
    },
  );

  test('kernel tests may use the loader, and nothing else that goes back', () => {
    const devDependencies = { '@spoor/object': 'workspace:*', '@spoor/tracer': 'workspace:*' };
    expect(
      dependencyFaults({ folder: 'packages/map', manifest: { name: '@spoor/map', devDependencies } }),
    ).toEqual([
      'packages/map/package.json: depends on @spoor/tracer; @spoor/map may depend on only @spoor/btf, @spoor/object',
    ]);
  });

  test('an example may use every public package, and no other example', () => {
    const manifest = { name: 'storm', dependencies: { '@spoor/map': 'workspace:*', spoor: 'workspace:*' } };
    expect(dependencyFaults({ folder: 'examples/storm', manifest })).toHaveLength(1);
  });

  test('the benchmark may run the command', () => {
    const manifest = { name: '@spoor/bench', dependencies: { spoor: 'workspace:*' } };
    expect(dependencyFaults({ folder: 'bench', manifest })).toEqual([]);
  });

  test('a new package has to be put into the table', () => {
    expect(dependencyFaults({ folder: 'packages/new', manifest: { name: '@spoor/new' } })).toEqual([
      'packages/new: not in the table of rooms (scripts/lib/rooms.mjs)',
    ]);
  });
});

describe('includes between the rooms of bpf/', () => {
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
