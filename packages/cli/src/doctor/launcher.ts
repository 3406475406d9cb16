import type { Launcher } from '../launcher.js';
import type { Check } from './check.js';

/** Whether the native launcher runs, and what is lost without it. */
export function checkLauncher(launcher: Launcher | undefined): Check {
  const name = 'native launcher';
  if (launcher !== undefined) {
    return { name, status: 'ok', found: 'in use: a traced command inherits what the caller gave it' };
  }
  return {
    name,
    status: 'reduced',
    found:
      'not in use: Node.js was started directly, so a traced command loses ignored and blocked signals, descriptors beyond the ' +
      'standard streams, the limit of open files, and its exact status after a real-time signal',
    remedy: 'Start bin/spoor, the launcher of this package, in place of bin/spoor.cjs.',
  };
}
