import type { Launcher } from '../launcher.js';
import type { Check } from './check.js';

/** Checks that the native launcher runs, and names what is lost without it. */
export function checkLauncher(launcher: Launcher | undefined): Check {
  const name = 'native launcher';
  if (launcher !== undefined) {
    return { name, status: 'ok', found: 'in use: a traced command inherits everything from the caller' };
  }
  return {
    name,
    status: 'reduced',
    found:
      'not in use: Node.js was started directly. A traced command loses ignored and blocked signals, descriptors other than the ' +
      'standard streams, the limit of open files, and its exact status after a real-time signal',
    remedy: 'Run bin/spoor, the launcher of this package, instead of bin/spoor.cjs.',
  };
}
