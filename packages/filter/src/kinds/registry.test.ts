import { readdirSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { filterKinds as namesInKernel } from '@spoor/bpf';
import { expect, test } from 'vitest';
import { filterKinds } from './filter-kinds.js';
import * as registry from './registry.js';

test('the registry has the kinds of the kernel side, in its order', () => {
  expect(new Set(Object.keys(registry))).toEqual(new Set(namesInKernel));
  expect(Object.keys(filterKinds)).toEqual([...namesInKernel]);
});

test('every kind has its file and its test', () => {
  const files = new Set(readdirSync(fileURLToPath(new URL('.', import.meta.url))));
  const missing = Object.keys(filterKinds).filter(
    (name) => !files.has(`${name}.ts`) || !files.has(`${name}.test.ts`),
  );
  expect(missing).toEqual([]);
});
