import type { Setting } from '../src/experiment.js';

/** Recovery with fewer entries than processes, as quick as that can be had. */
export const smallSetting: Setting = {
  mode: 'recover',
  entries: 100,
  saboteur: false,
  taskStorage: true,
  wordsEntries: undefined,
  processes: 300,
};
