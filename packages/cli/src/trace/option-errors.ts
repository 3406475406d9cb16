import { SpoorError } from '@spoor/core';

/** The options of `spoor trace` by the names that `trace()` of `@spoor/tracer` has for them. */
const flags: Readonly<Record<string, string>> = {
  processMapSize: '--map-entries',
  'ringSizes.activity': '--ring-size',
  'ringSizes.lifecycle': '--lifecycle-ring-size',
  env: '--env',
  envValues: '--env-values',
  'tuning.argvLimit': '--argv-limit',
};

/** The map that `--map-entries` sizes. */
const processMap = 'proc_info';

/** Names the command-line option in an error of `trace()`. Returns other errors unchanged. */
export function namingFlag(error: unknown): unknown {
  if (!(error instanceof SpoorError)) return error;
  const { code, details } = error;
  const flag = flags[String(details['option'])];
  if (flag !== undefined) {
    const remedy = `Values: ${details['expected']}.`;
    const value = details['value'] === undefined ? '' : ` '${details['value']}'`;
    return new SpoorError(code, `invalid value${value} for ${flag}`, { remedy, cause: error });
  }
  if (code !== 'MAP_SIZE' || details['map'] !== processMap) return error;
  const remedy = `Give ${flags['processMapSize']} a smaller number.`;
  return new SpoorError(code, error.message, { remedy, details, cause: error });
}
