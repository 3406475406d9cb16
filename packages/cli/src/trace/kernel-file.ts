import { resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import type { BuiltInKernel } from '@spoor/bpf';
import { SpoorError } from '@spoor/core';

/**
 * Imports the kernel side of `--kernel`. The command shows all events alike, so it needs no types
 * of extensions.
 *
 * @param path of a module that `@spoor/build` wrote
 * @throws {SpoorError} FILE_UNREADABLE if it cannot be imported; EXTENSION_INVALID if it exports no
 *   kernel side
 */
export async function readKernel(path: string): Promise<BuiltInKernel> {
  const build = 'Build it: npx @spoor/build --event HEADER. It writes dist/kernel.js.';
  const { kernel } = await importModule(path).catch((cause: unknown) => {
    const reason = cause instanceof Error ? cause.message.split('\n')[0] : String(cause);
    throw new SpoorError('FILE_UNREADABLE', `${path} cannot be imported: ${reason}`, {
      remedy: build,
      cause,
    });
  });
  if (isKernel(kernel)) return kernel;
  throw new SpoorError('EXTENSION_INVALID', `${path} exports no kernel side`, { remedy: build });
}

const importModule = (path: string): Promise<{ readonly kernel?: unknown }> =>
  import(pathToFileURL(resolve(path)).href);

function isKernel(value: unknown): value is BuiltInKernel {
  const { objectPath, events, extensions } = (value ?? {}) as Partial<Record<keyof BuiltInKernel, unknown>>;
  return typeof objectPath === 'function' && typeof events === 'object' && typeof extensions === 'object';
}
