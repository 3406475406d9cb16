/**
 * Writes the skeleton of a filter kind, an event or a field, and its lines in the registries:
 *
 *     pnpm new filter NAME [--signed]         a number of the process
 *     pnpm new event NAME [--call CALL]…      a system call, or several; default: NAME
 *     pnpm new event NAME --hook TRACEPOINT   a tracepoint of the kernel
 *     pnpm new field EVENT.FIELD [--text]     a number or a text, at the end of the event's record
 */
import { parseArgs } from 'node:util';
import { Failure, say, script } from './lib/output.mjs';
import { run } from './lib/run.mjs';
import { newEvent } from './new/event.mjs';
import { newField } from './new/field.mjs';
import { newFilter } from './new/filter.mjs';

const usage = `pnpm new filter NAME [--signed]
       pnpm new event NAME [--call CALL]… | --hook TRACEPOINT
       pnpm new field EVENT.FIELD [--text]`;

/**
 * @param {string} what
 * @param {string} name
 * @param {{ signed?: boolean, hook?: string, call?: string[], text?: boolean }} options
 */
function skeletonOf(what, name, options) {
  if (what === 'filter') return newFilter(name, options);
  if (what === 'event') return newEvent(name, options);
  if (what === 'field') return newField(name, options);
  throw new Failure(usage, { status: 2 });
}

await script(async () => {
  const { values, positionals } = parseArgs({
    options: {
      signed: { type: 'boolean' },
      hook: { type: 'string' },
      call: { type: 'string', multiple: true },
      text: { type: 'boolean' },
      help: { type: 'boolean', short: 'h' },
    },
    allowPositionals: true,
  });
  if (values.help) {
    say(usage);
    return;
  }
  const [what = '', name = ''] = positionals;
  if (positionals.length !== 2) throw new Failure(usage, { status: 2 });
  const { edits, notes = [], steps, commands } = skeletonOf(what, name, values);
  const paths = edits.write();
  await run('biome', ['check', '--write', ...paths.filter((path) => path.endsWith('.ts'))]);
  for (const path of paths) say(`written: ${path}`);
  for (const note of notes) say(note);
  say('\nNext:');
  for (const [index, step] of steps.entries()) say(`${index + 1}. ${step}`);
  say(`\nThen:\n${commands.map((line) => `   ${line}`).join('\n')}`);
  return undefined;
});
