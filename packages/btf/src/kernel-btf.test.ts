import { errorOf } from '@spoor/core/testing';
import { expect, test } from 'vitest';
import { readKernelBtf } from './kernel-btf.js';

test('a kernel without BTF is told so', () => {
  const error = errorOf(() => readKernelBtf('/nonexistent/vmlinux'));
  expect(error).toMatchObject({
    code: 'BTF_MISSING',
    message: "/nonexistent/vmlinux: the kernel's types cannot be read",
    remedy: 'Run a kernel that is built with CONFIG_DEBUG_INFO_BTF=y.',
  });
  expect(error.cause).toMatchObject({ code: 'ENOENT' });
});
