import type { FilterKind } from './kind.js';
import { kernelTextMax, textMatches, textValues } from './text-values.js';

export const kind: FilterKind<'text'> = {
  ...textValues({
    maxWhole: kernelTextMax.whole,
    maxEnd: kernelTextMax.end,
    why: ', the most that the kernel compares',
  }),
  engine: 'text',
  reads: 'exe',
  summary:
    'the path of the binary that the process runs, or of the script; symbolic links are followed; empty for kernel threads',
  meaning: 'a script matches by its own path, too, once it was executed during the trace',
  examples: ['exe=/bin/ls', 'exe=/usr/bin/*', 'exe=*.sh', 'exe!=/usr/*,/opt/*'],
  matches({ operator, values }, { exe, script }) {
    const names = (text: typeof exe) => textMatches({ operator: '=', values }, text);
    const named = names(exe) || (script.length > 0 && names(script));
    return operator === '=' ? named : !named;
  },
};
