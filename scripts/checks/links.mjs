/**
 * Links between our Markdown pages: the file is there, and so is the heading. Links to other sites
 * are not followed.
 */
import { existsSync, readFileSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { filesBelow } from '../lib/stamp.mjs';
import { root } from '../lib/workspace.mjs';

const notOurs = new Set(['node_modules', 'dist', 'build', '.git', '.tools', '.turbo', '.reports']);

/**
 * Removes code, in which a link is text. Line numbers stay.
 *
 * @param {string} markdown
 * @returns {string}
 */
const withoutCode = (markdown) =>
  markdown
    .replace(/^(`{3,}|~{3,})[^\n]*\n[\s\S]*?^\1[^\n]*$/gm, (block) => block.replace(/[^\n]/g, ''))
    .replace(/(`+)[^`\n]+?\1/g, (code) => ' '.repeat(code.length));

/**
 * The anchors that GitHub gives to the headings of a page: lower case, punctuation dropped, spaces
 * to hyphens, a number behind a repeated one. An `id` or `name` in HTML counts too.
 *
 * @param {string} markdown
 * @returns {Set<string>}
 */
export function anchorsOf(markdown) {
  const anchors = new Set();
  const fenceless = markdown.replace(/^(`{3,}|~{3,})[^\n]*\n[\s\S]*?^\1[^\n]*$/gm, '');
  for (const [, heading = ''] of fenceless.matchAll(/^#{1,6} +(.+?) *#*$/gm)) {
    const base = heading
      .replace(/\[([^\]]*)\]\([^)]*\)/g, '$1')
      .toLowerCase()
      .replace(/[^\p{L}\p{N}_\- ]/gu, '')
      .replaceAll(' ', '-');
    let anchor = base;
    for (let count = 1; anchors.has(anchor); count += 1) anchor = `${base}-${count}`;
    anchors.add(anchor);
  }
  for (const [, id = ''] of fenceless.matchAll(/<[a-z]+[^>]*\s(?:id|name)="([^"]+)"/g)) anchors.add(id);
  return anchors;
}

/**
 * @param {string} markdown
 * @returns {{ target: string, line: number }[]} of `[text](target)`, `![alt](target)`, `[label]:
 *   target` and `href` or `src` in HTML
 */
export function linksOf(markdown) {
  const text = withoutCode(markdown);
  const patterns = [
    /\]\(\s*<?([^)\s>]+)>?(?:\s+["'][^)]*)?\)/g,
    /^ {0,3}\[[^\]]+\]:\s*<?([^\s>]+)/gm,
    /\s(?:href|src|srcset)="([^"]+)"/g,
  ];
  return patterns.flatMap((pattern) =>
    [...text.matchAll(pattern)].map((match) => ({
      target: match[1] ?? '',
      line: text.slice(0, match.index).split('\n').length,
    })),
  );
}

/**
 * @param {string} page absolute
 * @param {string} target
 * @returns {string | undefined} what is wrong with the link
 */
function faultOf(page, target) {
  if (/^[a-z][a-z+.-]*:/i.test(target) || target.startsWith('//')) return undefined;
  const [path = '', anchor = ''] = decodeURI(target).split('#');
  const file = path === '' ? page : path.startsWith('/') ? join(root, path) : join(dirname(page), path);
  if (!existsSync(file)) return `there is no ${relative(root, file)}`;
  if (anchor === '' || !file.endsWith('.md')) return undefined;
  return anchorsOf(readFileSync(file, 'utf8')).has(anchor)
    ? undefined
    : `${relative(root, file)} has no heading #${anchor}`;
}

/** @returns {import('../lib/reports.mjs').Verdict} */
export function checkLinks() {
  const pages = filesBelow(root, (name, isFolder) => (isFolder ? !notOurs.has(name) : name.endsWith('.md')));
  const faults = pages.flatMap((page) =>
    linksOf(readFileSync(page, 'utf8')).flatMap(({ target, line }) => {
      const fault = faultOf(page, target);
      return fault === undefined ? [] : [`${relative(root, page)}:${line}: ${target}: ${fault}`];
    }),
  );
  return { ok: faults.length === 0, output: faults.join('\n') };
}
