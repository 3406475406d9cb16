import { exampleTest } from '../../../scripts/lib/example-test.js';

await exampleTest(new URL('..', import.meta.url), {
  given: {
    memory: `const positions = new ArrayBuffer(8192);
      const memory = { cpu: 0, positions, data: positions, offset: 4096, size: 4096 };`,
    object: 'const object = { map: (name: string) => name };',
    openRing: `import { FakeRing as Ring } from '@spoor/ring/testing';
      const openRing = (_map: string) => new RingReader(new Ring());`,
    reader: `import { FakeRing as Ring } from '@spoor/ring/testing';
      const ring = new Ring();
      ring.submit(new Uint8Array(8));
      const reader = new RingReader(ring);`,
  },
});
