import { errorOf } from '@spoor/core/testing';
import { expect, test } from 'vitest';
import { readKernelBtf } from './kernel-btf.js';

test.each([
  ['/nonexistent/vmlinux', 'ENOENT'],
  ['/tmp', 'EISDIR'],
])('the remedy for types that cannot be read is about their path: %s', (path, code) => {
  const error = errorOf(() => readKernelBtf(path));
  expect(error).toMatchObject({
    code: 'BTF_MISSING',
    message: `${path}: the kernel's types cannot be read`,
    remedy: `Give the path of a file with raw BTF that can be read (${code}).`,
    details: { file: path },
  });
  expect(error.cause).toMatchObject({ code });
});
