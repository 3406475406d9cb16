import { exampleTest } from '../../../scripts/lib/example-test.js';

await exampleTest(new URL('..', import.meta.url), {
  given: {
    event: "const event = { container: '' };",
    facts: "const facts = taskFacts({ comm: 'make' });",
    maps: `import { FilterText, FilterWords, ScopeSet } from '@spoor/bpf/structs';
      import { memoryMap } from '@spoor/map/testing';
      const array = (name: string, valueSize: number, maxEntries: number) =>
        memoryMap({ kind: 'array', name, keySize: 4, valueSize, maxEntries });
      const maps = {
        scope_sets: array('scope_sets', ScopeSet.layout.size, 2),
        scope_in_force: Object.assign(array('scope_in_force', 4, 1), { fd: -1 }),
        scope_grace: array('scope_grace', 4, 1),
        filter_strings: memoryMap({
          kind: 'lpm_trie',
          keySize: FilterText.layout.size,
          valueSize: FilterWords.layout.size,
          maxEntries: 64,
        }),
      };`,
    newScopes: "const newScopes = [parseScope('b: comm=make')];",
    parent: 'const parent = notFollowed;',
    parentFacts: "const parentFacts = taskFacts({ comm: 'make' });",
    scopes: "const scopes = [parseScope('a: comm=make follow')];",
    state: 'const state = notFollowed;',
  },
});
