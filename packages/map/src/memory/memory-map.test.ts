import { conformance } from '../../test/conformance/suite.js';
import { mapSpecs } from '../../test/map-specs.js';
import { memoryMap } from './memory-map.js';

conformance({
  name: 'memory',
  cpus: 3,
  make: (spec) =>
    memoryMap({
      ...mapSpecs[spec],
      name: spec,
      cpus: 3,
      innerId: (fd) => (fd < 100 ? fd + 1000 : undefined),
    }),
  innerMap: () => ({ fd: 7, id: 1007 }),
});
