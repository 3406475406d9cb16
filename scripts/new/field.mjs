/** `pnpm new field EVENT.FIELD`: one more field at the end of an event's record. */
import { existsSync } from 'node:fs';
import { Failure } from '../lib/output.mjs';
import { inRoot } from '../lib/workspace.mjs';
import { blank, Edits, spellings } from './files.mjs';
import { recipe } from './steps.mjs';

/**
 * @param {string} place
 * @param {{ text?: boolean | undefined }} options
 * @returns {import('./files.mjs').Skeleton}
 */
export function newField(place, { text = false }) {
  const [eventName = '', fieldName = ''] = place.split('.');
  const [event, field] = [spellings(eventName), spellings(fieldName)];
  const header = `bpf/events/${event.snake}.h`;
  const declaration = `bpf/src/events/${event.kebab}.ts`;
  if (!existsSync(inRoot(header))) throw new Failure(`unknown event ${eventName}`, { status: 2 });
  const edits = new Edits();
  const member = text ? `struct var_bytes ${field.snake};` : `__u64 ${field.snake};`;
  const struct = new RegExp(`struct ${event.snake}_event \\{\\n(?:.*\\n)*?(?=\\};)`);
  const found = struct.exec(edits.read(header))?.[0];
  if (found === undefined) throw new Failure(`${header}: there is no struct ${event.snake}_event`);
  const isMember = new RegExp(`[\\s*]${field.snake}(?:\\[.*\\])?;`).test(found);
  if (isMember || new RegExp(`^ {4}${field.camel}:`, 'm').test(edits.read(declaration))) {
    throw new Failure(`${eventName} has a field ${fieldName} already`, { status: 2 });
  }
  edits.replace(header, found, `${found}\t/* ${blank} */\n\t${member}\n`);

  const form = text ? 'text' : 'u64';
  const imports = /^import \{ ?([^}]*?),? ?\} from '\.\/fields\.js';$/m;
  const names =
    imports
      .exec(edits.read(declaration))?.[1]
      ?.split(',')
      .map((one) => one.trim())
      .filter((one) => one !== '') ?? [];
  const all = [...new Set([...names, form])].sort((a, b) => (a < b ? -1 : 1));
  const line = `import { ${all.join(', ')} } from './fields.js';`;
  if (names.length === 0) edits.insertAfter(declaration, /^import .*$/m, line);
  else if (!names.includes(form)) edits.replace(declaration, imports, line);
  edits.replace(
    declaration,
    /^ {2}data: \{/m,
    `  data: {\n    ${field.camel}: ${form}('${blank}', { ifRecorded: true }),`,
  );

  return { edits, ...recipe('A field of an event', [[spellings('exec'), event]]) };
}
