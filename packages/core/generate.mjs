// Writes the tables of docs/errors.md from the table of error codes. With --check it writes nothing
// and exits with 1 if the page is stale.
import { readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { errorCodes } from '@spoor/core';

const { values } = parseArgs({ options: { check: { type: 'boolean', default: false } } });
const file = fileURLToPath(new URL('../../docs/errors.md', import.meta.url));

const kinds = {
  usage: 'Mistakes of the caller',
  environment: 'Limits of the machine',
  data: 'Damaged or foreign inputs',
};

const sections = Object.entries(kinds).map(([kind, title]) => {
  const rows = Object.entries(errorCodes)
    .filter(([, code]) => code.kind === kind)
    .map(([name, { when, remedy, exitStatus }]) => {
      const anchor = `<a id="${name.toLowerCase()}"></a>`;
      return `| ${anchor}\`${name}\` | ${when} | ${remedy} | ${exitStatus} |`;
    });
  return `## ${title}\n\n| Code | When | What to do | Exit status |\n|---|---|---|---|\n${rows.join('\n')}\n`;
});

const mark = '<!-- The tables are written by `pnpm generate` from packages/core/src/error.ts. -->\n';
const current = readFileSync(file, 'utf8');
const text = `${current.slice(0, current.indexOf(mark))}${mark}\n${sections.join('\n')}`;
const stale = current !== text;
if (stale && !values.check) writeFileSync(file, text);
if (stale)
  process.stdout.write(`docs/errors.md ${values.check ? 'is stale: run pnpm generate' : 'written'}\n`);
process.exitCode = values.check && stale ? 1 : 0;
