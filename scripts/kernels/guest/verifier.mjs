/**
 * Has the verifier judge every program of every object, with everything switched on, as far as the
 * kernel has what it takes. What each took is what `bpf/verifier.json` records.
 */
import { basename } from 'node:path';
import { pathToFileURL } from 'node:url';
import { inRoot } from '../../lib/workspace.mjs';

/** The packages as they are built: this runs in plain Node.js. @param {string[]} path */
const built = (...path) => import(pathToFileURL(inRoot(...path)).href);

/** @type {typeof import('../../../packages/object/src/index.js')} */
export const object = await built('packages', 'object', 'dist', 'index.js');
/** @type {typeof import('../../../bpf/src/index.js')} */
const bpf = await built('bpf', 'dist', 'src', 'index.js');

/**
 * @typedef {object} Judged
 * @property {string} object
 * @property {string} program
 * @property {string} log what the verifier wrote of it
 * @property {string} [refused] why it was refused; undefined when it was accepted
 */

const argumentsPrograms = ['on_prepare_exec', 'on_commit_exec'];

/** @param {string} path @param {{ taskStorage: boolean, withoutBpfLoop: boolean }} options */
function open(path, { taskStorage, withoutBpfLoop }) {
  const opened = object.openObject(path);
  const copiesArguments = taskStorage && !withoutBpfLoop;
  const all = (/** @type {number} */ count) => (1n << BigInt(count)) - 1n;
  const kinds = Object.values(bpf.events).map(({ kind }) => kind);
  opened
    .setConstant('enabled_events', all(Math.max(...kinds) + 1))
    .setConstant('filter_kinds_built', all(bpf.filterKinds.length))
    .setConstant('committed_events', all(Math.max(...kinds) + 1))
    .setConstant('use_task_storage', taskStorage)
    .setConstant('typed_task', taskStorage)
    .setConstant('use_task_regs', object.features.has('task_regs'))
    .setConstant('copies_arguments', copiesArguments)
    .enableMap('exec_arguments', copiesArguments)
    .enableMap('task_words', taskStorage);
  for (const { name, section } of opened.programs.values()) {
    const hook = section.replace(/^\?/, '').slice(section.replace(/^\?/, '').indexOf('/') + 1);
    const possible =
      section.includes('iter/') ||
      (section.includes('fentry/') && object.features.has('fentry') && object.features.hasFunction(hook)) ||
      (object.features.hasTracepoint(hook) &&
        (!['on_event_kill', 'on_commit_tcp'].includes(name) || object.features.has('task_regs')));
    opened.enableProgram(name, possible && (copiesArguments || !argumentsPrograms.includes(name)));
  }
  return opened;
}

/** @returns {Generator<Judged>} */
export function* judgePrograms() {
  // Without task storage there is no bpf_loop either, but tests have one without the other.
  const variants = [false, true].flatMap((lean) => [
    { lean, withoutBpfLoop: false, taskStorage: true },
    { lean, withoutBpfLoop: false, taskStorage: false },
    { lean, withoutBpfLoop: true, taskStorage: false },
  ]);
  for (const { lean, withoutBpfLoop, taskStorage } of variants) {
    if (!withoutBpfLoop && !object.features.has('bpf_loop')) continue;
    if (taskStorage && !object.features.has('task_storage_tracing')) continue;
    const path = bpf.objectPath({ lean, withoutBpfLoop });
    const hash = !withoutBpfLoop && !taskStorage;
    const name = `${basename(path, '.bpf.o')}${hash ? ', words in the hash' : ''}`;
    try {
      const loaded = open(path, { taskStorage, withoutBpfLoop }).load({ verifierStatistics: true });
      loaded.close();
      for (const program of loaded.programs.values())
        yield { object: name, program: program.name, log: program.verifierLog ?? '' };
    } catch (error) {
      const { message, details } = /** @type {{ message: string, details?: Record<string, unknown> }} */ (
        error
      );
      yield {
        object: name,
        program: String(details?.['program'] ?? 'every program'),
        log: '',
        refused: message,
      };
    }
  }
}
