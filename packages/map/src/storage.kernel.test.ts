import { closeSync } from 'node:fs';
import { ctype } from '@spoor/btf';
import { openObject } from '@spoor/object';
import { socketPair } from '@spoor/object/system';
import { expect, it } from 'vitest';
import { compileFixture } from '../test/compile.js';
import { typedMap } from './map-view.js';

it('reads and writes the storage of a socket by its descriptor', () => {
  const loaded = openObject(compileFixture('storage')).load();
  const storage = typedMap(loaded.map('storage'), { key: ctype.s32, value: ctype.u64 });
  const [one, other] = socketPair();
  expect(storage.kind).toBe('sk_storage');
  expect([storage.get(one), storage.set(one, 5n, 'create'), storage.get(one)]).toEqual([undefined, true, 5n]);
  expect([storage.get(other), storage.take(one), storage.get(one)]).toEqual([undefined, 5n, undefined]);
  expect(() => [...storage]).toThrow(expect.objectContaining({ code: 'UNSUPPORTED' }));
  for (const socket of [one, other]) closeSync(socket);
  loaded.close();
});
