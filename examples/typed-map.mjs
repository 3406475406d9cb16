/**
 * A typed map whose misses are filled in. The map is in memory, so this needs no privilege.
 * `object.map('names')` of a loaded BPF object takes its place in a real program.
 *
 *     node examples/typed-map.mjs
 */
import { ctype } from '@spoor/btf';
import { typedMap, withInit } from '@spoor/map';
import { memoryMap } from '@spoor/map/testing';

const raw = memoryMap({ kind: 'lru_hash', name: 'names', keySize: 4, valueSize: 16, maxEntries: 64 });
const names = typedMap(raw, { key: ctype.u32, value: ctype.chars(16) });

// `init` runs when the map has no entry for a key, whether it was never there or was evicted.
const filled = withInit(names, { init: (tgid) => `process ${tgid}` });

console.log(filled.lookupOrInit(1));
console.log(filled.lookupOrInit(1));
// An LRU map of the kernel may evict an entry at any time.
names.delete(1);
console.log(filled.lookupOrInit(1));
console.log(`${filled.counters.lookups} lookups, ${filled.counters.misses} misses`);
