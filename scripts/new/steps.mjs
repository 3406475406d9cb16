/** The steps of a recipe in CONTRIBUTING.md, with the names of the one who follows it. */
import { readFileSync } from 'node:fs';
import { Failure } from '../lib/output.mjs';
import { inRoot } from '../lib/workspace.mjs';

/** @typedef {ReturnType<typeof import('./files.mjs').spellings>} Spellings */
/** @typedef {readonly (readonly [from: Spellings, to: Spellings])[]} Renames */

/**
 * Puts names in the place of the names of the page. Paths of TypeScript have hyphens between words,
 * and C has underscores.
 *
 * @param {string} code
 * @param {Renames} names
 */
function renamed(code, names) {
  return code.replace(/[^\s`]+/g, (word) => {
    const isTypeScript = /^(?:packages|bpf\/src)\//.test(word);
    return names.reduce((text, [from, to]) => {
      const own = isTypeScript ? [from.kebab, to.kebab] : [from.snake, to.snake];
      const [page = '', given = ''] = own;
      return text
        .replace(new RegExp(`(?<![\\w-])${page}(?![\\w-])`, 'g'), () => given)
        .replace(new RegExp(`EVENT_${from.upper}\\b`, 'g'), () => `EVENT_${to.upper}`);
    }, word);
  });
}

/**
 * @param {string} heading of the recipe
 * @param {Renames} names those of the page, and those to print
 * @returns {{ steps: string[], commands: string[] }}
 */
export function recipe(heading, names) {
  const page = readFileSync(inRoot('CONTRIBUTING.md'), 'utf8');
  const section = page.split(/^#+ /m).find((text) => text.startsWith(`${heading}\n`));
  if (section === undefined) throw new Failure(`CONTRIBUTING.md: the recipe "${heading}" is missing`);
  const steps = [...section.matchAll(/^\d+\. .*(?:\n {3}.*)*/gm)].map(([item]) =>
    item
      .replace(/^\d+\. /, '')
      .replace(/\s*\n\s*/g, ' ')
      .replace(/\[[^\]]*\]\(([^)]*)\)/g, '$1')
      .replace(/`[^`]*`/g, (code) => renamed(code, names)),
  );
  const block = [...section.matchAll(/^```sh\n([\s\S]*?)^```$/gm)].at(-1)?.[1] ?? '';
  return { steps, commands: renamed(block.trim(), names).split('\n') };
}
