/** Tools that kernel tests need and that the machine may lack. */
import { Failure, say } from '../lib/output.mjs';
import { run } from '../lib/run.mjs';

/**
 * Other versions of Node.js, and ffi-napi: the tests of them install them, and guests have no
 * network to do it.
 */
export async function installTools() {
  say('kernels: installing what the tests of the FFI drivers run on …');
  const files = ['node-versions', 'ffi-napi'].map((name) => `packages/object/src/ffi/${name}.test.ts`);
  const { status, output } = await run('vitest', ['run', '--project', 'unit', ...files]);
  if (status !== 0) throw new Failure('the FFI drivers do not work, or cannot be installed', { output });
}
