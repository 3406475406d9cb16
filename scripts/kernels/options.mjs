/** The command line of `pnpm test:kernels`. */
import { parseArgs } from 'node:util';
import { Failure } from '../lib/output.mjs';
import { releases } from './releases.mjs';

/** The name of the kernel that this machine runs, among the versions. */
export const running = 'running';

/**
 * @typedef {object} Options
 * @property {boolean} help
 * @property {readonly string[]} versions
 * @property {number} cpus
 * @property {readonly string[]} filters
 * @property {boolean} chosen
 * @property {boolean} verifier
 * @property {boolean} acknowledge
 * @property {boolean} plantedFault
 * @property {boolean} update
 * @property {number} limitMinutes
 */

const known = [running, ...releases.map(({ version }) => version)];

export const help = `The kernel tests on real kernels of Debian, in qemu, and on the one that runs here.

Usage: pnpm test:kernels [VERSION…] [options]

VERSION: ${known.join(', ')} (default: all)
All tests but the recipes of CONTRIBUTING.md, which compile the whole tree: npm test follows those.

  --cpus N          virtual CPUs of each guest (default: 2)
  --filter NAME     only test files whose path contains NAME; may be repeated
  --chosen          only the tests that scripts/kernels/chosen.mjs names, as .ci/run does
  --no-verifier     without the verifier's record
  --acknowledge     write what the verifier took to bpf/verifier.json instead of comparing it
  --planted-fault   a test of this very command: breaks the fallback for task storage in a copy of the work tree,
                    and fails unless 5.10 finds it and the others do not
  --update          ask the archive for newer kernels, though there are some in the cache
  --limit MINUTES   for each kernel (default: 240, chosen: 40)
  --help
`;

/** @param {readonly string[]} args @returns {Options} */
export function parseOptions(args) {
  const { values, positionals } = read(args);
  const unknown = positionals.find((version) => !known.includes(version));
  if (unknown !== undefined)
    throw new Failure(`there is no kernel "${unknown}" in the matrix; there are ${known.join(', ')}`, {
      status: 2,
    });
  const number = (/** @type {string} */ name, /** @type {string} */ value) => {
    if (/^[1-9]\d{0,3}$/.test(value)) return Number(value);
    throw new Failure(`--${name} takes a number from 1, not "${value}"`, { status: 2 });
  };
  const chosen = values.chosen || values['planted-fault'];
  const guests = known.filter((version) => version !== running);
  const all = values['planted-fault'] ? guests : known;
  return {
    help: values.help,
    versions: positionals.length === 0 ? all : known.filter((version) => positionals.includes(version)),
    cpus: number('cpus', values.cpus),
    filters: values.filter,
    chosen: values.chosen,
    verifier: !values['no-verifier'] && !values['planted-fault'],
    acknowledge: values.acknowledge,
    plantedFault: values['planted-fault'],
    update: values.update,
    limitMinutes: number('limit', values.limit ?? (chosen ? '40' : '240')),
  };
}

/** @param {readonly string[]} args */
function read(args) {
  const flag = /** @type {const} */ ({ type: 'boolean', default: false });
  try {
    return parseArgs({
      // As npm and pnpm pass it on.
      args: args.filter((arg) => arg !== '--'),
      allowPositionals: true,
      options: {
        cpus: { type: 'string', default: '2' },
        filter: { type: 'string', multiple: true, default: [] },
        limit: { type: 'string' },
        chosen: flag,
        'no-verifier': flag,
        acknowledge: flag,
        'planted-fault': flag,
        update: flag,
        help: flag,
      },
    });
  } catch (cause) {
    throw new Failure(`${/** @type {Error} */ (cause).message}; see --help`, { status: 2, cause });
  }
}
