import { readFileSync } from 'node:fs';
import type { RawMap } from '@spoor/core';
import { type LoadedObject, openObject } from '@spoor/object';
import { afterEach } from 'vitest';
import { compileFixture } from '../../test/compile.js';
import { conformance } from '../../test/conformance/suite.js';

const objects: LoadedObject[] = [];
afterEach(() => {
  for (const object of objects.splice(0)) object.close();
});

/** An object of which only these maps are created. */
function load(...wanted: string[]): LoadedObject {
  const opened = openObject(compileFixture('maps'));
  for (const name of opened.maps.keys()) opened.enableMap(name, wanted.includes(name));
  const loaded = opened.load();
  objects.push(loaded);
  return loaded;
}

conformance({
  name: 'the kernel',
  cpus: load('percpu_array').map('percpu_array').slots,
  make: (spec): RawMap => load(spec).map(spec),
  innerMap: () => {
    const { fd } = load('inner').map('inner');
    // The kernel tells a map's id there (bpf_map_show_fdinfo).
    const id = /^map_id:\s*(\d+)$/m.exec(readFileSync(`/proc/self/fdinfo/${fd}`, 'utf8'))?.[1];
    return { fd, id: Number(id) };
  },
});
