import type { Environment } from '../src/features/environment.js';

/** A process that may do everything, on a machine that has everything. */
export const able: Environment = {
  lockdown: 'none',
  hasKernelBtf: true,
  missingCapabilities: [],
  lacksNetAdmin: false,
  hasTracefs: true,
  inUserNamespace: false,
  hasProcfs: true,
  hasSysfs: true,
  descriptorsLeft: 1000,
};
