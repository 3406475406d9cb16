/**
 * The kernel tests that `.ci/run` runs on each kernel, in emulation. Each row names a file and the
 * beginnings of its tests' full names. A row that matches no test fails the run. `pnpm
 * test:kernels` without an option runs all tests.
 *
 * guest/tests.mjs also loads each program of each object, and checks that nothing stays in the
 * kernel.
 */

/** @typedef {{ file: string, tests: readonly string[], covers: string }} Choice */

/** @type {readonly Choice[]} */
export const chosen = [
  {
    file: 'packages/tracer/src/slice.kernel.test.ts',
    tests: ['follows a command and descendants that outlive it'],
    covers: 'the whole path of an event, of a command and its descendants',
  },
  {
    file: 'packages/tracer/src/events/every-kind.kernel.test.ts',
    tests: ['reports each event kind once'],
    covers: 'every event, and which hooks it comes from',
  },
  {
    file: 'packages/tracer/src/events/shared-files.kernel.test.ts',
    tests: ['mkdir: no event names'],
    covers: 'hooks that keep what a call works on, where tasks share it',
  },
  {
    file: 'packages/tracer/src/events/shared-sockets.kernel.test.ts',
    tests: ['connect: a socket that is replaced while the call blocks'],
    covers: 'hooks on sockets, where tasks share descriptors',
  },
  {
    file: 'packages/tracer/src/kernel/lean.kernel.test.ts',
    tests: ['the lean object reports'],
    covers: 'the objects for lifecycle events alone, which tell what the others tell',
  },
  {
    file: 'packages/tracer/src/scopes/follow.kernel.test.ts',
    tests: [
      'follow, kept in task storage is inherited',
      'follow, kept in the hash is inherited',
      'follow, kept in the hash gone-exec',
      'processes alive before the trace are followed',
    ],
    covers: 'follow, in both places that its words are kept in, and the snapshot',
  },
  {
    file: 'packages/tracer/src/scopes/filters.kernel.test.ts',
    tests: ['filters on real processes exe, beginning'],
    covers: 'facts of processes as the kernel has them',
  },
  {
    file: 'packages/tracer/src/scopes/container.kernel.test.ts',
    tests: ['the container of a task is', 'the filter container container=b*'],
    covers: 'names of cgroups in both kinds of hierarchies, and the container filter',
  },
  {
    file: 'packages/tracer/src/scopes/conditions.kernel.test.ts',
    tests: ['the kernel submits only opens'],
    covers: 'conditions on events',
  },
  {
    file: 'packages/tracer/src/kernel/latency.kernel.test.ts',
    tests: ['programs wake the reader', 'the next record wakes a sleeping reader'],
    covers: 'the wake-up of the reader, by every program',
  },
  {
    file: 'experiments/map-pressure/src/experiment.kernel.test.ts',
    tests: ['recover is perfect with fewer entries', 'recover is perfect without task storage'],
    covers:
      'recovery, where the map is too small and where every entry is deleted, with the words in the hash',
  },
  {
    file: 'packages/tracer/src/kernel/process-map-size.kernel.test.ts',
    tests: ['reports the same events with 100 entries', 'keeps the name of a binary'],
    covers: 'a lost record is rebuilt with the binary that it had, also at the exit',
  },
  {
    file: 'packages/tracer/src/events/quiet.kernel.test.ts',
    tests: ['every act of a quiet process'],
    covers: 'the room that is kept for quiet processes',
  },
  {
    file: 'packages/tracer/src/kernel/interference.kernel.test.ts',
    tests: ['root cannot write frozen scope tables', 'reports scope tables that another process wrote'],
    covers: 'frozen scope tables, and who wrote them where they are not',
  },
  {
    file: 'packages/object/src/rings/ring.kernel.test.ts',
    tests: ['the reader on a ring of the kernel'],
    covers: 'the contract of the ring buffer',
  },
];

/**
 * The tests that must find a fault in the fallback for task storage, on a kernel without it.
 */
export const showsPlantedFault = chosen
  .filter(({ file }) => file.endsWith('/follow.kernel.test.ts'))
  .map((choice) => ({ ...choice, tests: ['follow, kept in task storage is inherited'] }));

const escaped = (/** @type {string} */ text) => text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');

/** @param {readonly Choice[]} choices @returns {string[]} arguments for Vitest */
export function vitestArguments(choices) {
  const names = choices.flatMap(({ tests }) => tests);
  return [...choices.map(({ file }) => file), '-t', `^(${names.map(escaped).join('|')})`];
}

/**
 * @param {{ file: string, name: string }} test `name`: with those of the groups that it is in, by '
 *   > '
 * @param {Choice} choice
 */
export const isChosen = ({ file, name }, choice) =>
  file === choice.file && choice.tests.some((begin) => name.replaceAll(' > ', ' ').startsWith(begin));
