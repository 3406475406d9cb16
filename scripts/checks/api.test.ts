import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { exportsOf } from './api.mjs';

const folder = mkdtempSync(join(tmpdir(), 'spoor-api-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

test('follows each export of an entry to its signature', () => {
  mkdirSync(join(folder, 'gen'));
  const files = {
    'index.d.ts': `import { inner } from './inner.js';
export { type Shape, Ring as Reader } from './ring.js';
export type { Closer } from './ring.js';
export { inner };
export { SpoorError } from '@spoor/core';
export * from './gen/maps.js';
/** A number. */
export declare const limit = 3;
export {};
//# sourceMappingURL=index.d.ts.map`,
    'inner.d.ts': `export declare function inner(a: string): void;
export declare function inner(a: 'x*/'): 1;
`,
    'ring.d.ts': `export interface Shape {
    /** Its size: { */
    readonly size: number;
}
export declare class Ring {
    #private;
    private hidden;
    read(): {
        size: number;
    } | undefined;
}
export declare class Closer {
}
declare const unseen: 1;
`,
    'gen/maps.d.ts': 'export declare const maps: {\n    a: 1;\n};\n',
  };
  for (const [name, text] of Object.entries(files)) writeFileSync(join(folder, name), text);

  const found = exportsOf(join(folder, 'index.d.ts'));
  expect(Object.fromEntries(found.map(({ name, text }) => [name, text]))).toEqual({
    Closer: 'class Closer {\n}',
    Reader: 'class Ring {\n    read(): {\n        size: number;\n    } | undefined;\n}',
    Shape: 'interface Shape {\n    readonly size: number;\n}',
    SpoorError: "export { SpoorError } from '@spoor/core';",
    inner: "function inner(a: string): void;\nfunction inner(a: 'x*/'): 1;",
    limit: 'const limit = 3;',
    maps: 'const maps (generated)',
  });
  expect(found.filter(({ isValue }) => isValue).map(({ name }) => name)).toEqual([
    'Reader',
    'SpoorError',
    'inner',
    'limit',
    'maps',
  ]);
});
