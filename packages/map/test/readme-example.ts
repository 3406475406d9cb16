import assert from 'node:assert/strict';
import { ctype } from '@spoor/btf';
import { typedMap, withInit } from '@spoor/map';
import { memoryMap } from '@spoor/map/testing';

// Any raw map: here one in memory; `object.map('comms')` of @spoor/object in the kernel.
const raw = memoryMap({ kind: 'lru_hash', name: 'comms', keySize: 4, valueSize: 16, maxEntries: 1024 });
const comms = typedMap(raw, { key: ctype.u32, value: ctype.chars(16) });

assert.equal(comms.set(1, 'systemd'), true);
assert.equal(comms.set(1, 'init', 'create'), false); // it is there already
assert.equal(comms.get(2), undefined); // a miss is not an error
assert.deepEqual([...comms], [[1, 'systemd']]);

// A map that fills in its misses. What another one stores meanwhile, in the kernel or here, wins.
const filled = withInit(comms, { init: (tgid) => `process ${tgid}` });
assert.deepEqual(filled.lookupOrInit(2), { outcome: 'created', value: 'process 2' });
assert.deepEqual(filled.lookupOrInit(2), { outcome: 'hit', value: 'process 2' });
assert.equal(filled.counters.misses, 1);
