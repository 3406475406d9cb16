/**
 * `pnpm check writing`: finds the marks of prose that is hard to read, in comments, pages and test
 * titles. It also finds places of skeletons that are left blank.
 *
 *     node scripts/checks/writing.mjs packages/map     lists the marks of one folder or file
 */
import { execFileSync } from 'node:child_process';
import { readFileSync, realpathSync, statSync } from 'node:fs';
import { relative, resolve } from 'node:path';
import process from 'node:process';
import { fileURLToPath } from 'node:url';
import { filesBelow } from '../lib/stamp.mjs';
import { root } from '../lib/workspace.mjs';
import { blank } from '../new/files.mjs';

/** Commits after this one are checked: it is the parent of the commit that added this check. */
const firstCommit = '6dba2a87bc73';

/** Pages whose sentences are measured. */
const measuredPages = ['README.md', 'ARCHITECTURE.md', 'CONTRIBUTING.md'];
const maxWords = 30;
const maxAverage = 18;
const maxColumns = 100;
const maxSubject = 72;

/** Folders in which no place of a skeleton of `pnpm new` may be left blank. */
const withSkeletons = /^(?:bpf|packages)\//;

/**
 * @typedef {{ line: number, rule?: number, mark: string }} Mark `rule` is the rule's number in
 *   CONTRIBUTING.md; a blank has none
 */

/** @type {readonly { rule: number, mark: string, pattern: RegExp }[]} */
const phrases = [
  {
    rule: 3,
    mark: 'say "is not a" or "has no"',
    pattern: /(?<!\bthere )\b(?:is|are|was|were) (?:no (?!longer)|none\b)/gi,
  },
  {
    rule: 4,
    mark: 'say what the neighbour says',
    pattern: /(?<=^|[.!?:] )(?:The same|Likewise|As above|Ditto)\b/g,
  },
];

const headless = /^(?:What|Who|Whoever|Whatever|Whichever|Whether|Where|Which)\b/;

/**
 * A question is a whole sentence, and so is a place followed by its consequence: "Where the ring is
 * full, …".
 */
const isWhole = (/** @type {string} */ sentence) =>
  sentence.endsWith('?') || (/^Where\b/.test(sentence) && sentence.includes(', '));

/**
 * @param {string} text prose without decoration
 * @param {number} line of its first line
 * @returns {Mark[]}
 */
function marksOfProse(text, line) {
  const plain = text.replace(/`[^`]*`/g, (code) => code.replace(/[^\n]/g, 'x'));
  const first = /^[\s\S]*?[.!?](?=\s|$)|^[\s\S]+/.exec(plain.trim())?.[0].replace(/\s+/g, ' ') ?? '';
  const opening = headless.exec(first);
  const marks =
    opening === null || isWhole(first) ? [] : [{ line, rule: 1, mark: `opens with "${opening[0]}"` }];
  for (const { rule, mark, pattern } of phrases) {
    // A phrase may be broken over two lines.
    for (const match of plain.replaceAll('\n', ' ').matchAll(pattern)) {
      const at = line + plain.slice(0, match.index).split('\n').length - 1;
      marks.push({ line: at, rule, mark: `"${match[0].trim()}": ${mark}` });
    }
  }
  return marks;
}

/**
 * Comments, texts and regular expressions. In the latter two, the signs of a comment mean nothing.
 */
const tokens =
  /(?<comment>\/\*[\s\S]*?\*\/|(?:\/\/[^\n]*(?:\n[ \t]*(?=\/\/))?)+)|'(?:\\.|[^'\\\n])*'|"(?:\\.|[^"\\\n])*"|`(?:\\[\s\S]|[^`\\])*`|(?<=[(,=:[!&|?{};>]\s*|^\s*|return )\/(?:\\.|\[(?:\\.|[^\]\\\n])*\]|[^/\\\n[])+\//gm;

const directive = /^(?:biome-ignore|@ts-|#region|eslint|@type )/;

/**
 * @param {string} source
 * @returns {{ text: string, line: number }[]} without the decoration, with the same lines
 */
function commentsOf(source) {
  return [...source.matchAll(tokens)].flatMap(({ groups, index }) => {
    if (groups?.['comment'] === undefined) return [];
    const text = groups['comment']
      .replace(/^\/\*+|\*+\/$/g, '')
      .replace(/^[ \t]*(?:\*(?!\/)|\/\/+)[ \t]?/gm, '')
      .replace(/^[ \t]+/, '');
    return directive.test(text) ? [] : [{ text, line: source.slice(0, index).split('\n').length }];
  });
}

const titles =
  /(?:\b(?:test|it|describe)(?:\.\w+(?:\([^()]*\))?)*\(|\]\)\()\s*(?<quote>['"`])(?<title>(?:\\.|(?!\k<quote>)[\s\S])*)\k<quote>/g;

/**
 * @param {string} path
 * @param {string} source
 * @returns {Mark[]} of a source in TypeScript, JavaScript or C
 */
function marksOfSource(path, source) {
  const lines = source.split('\n');
  const marks = commentsOf(source).flatMap(({ text, line }) => {
    const long = text.split('\n').flatMap((_, index) => {
      const whole = (lines[line - 1 + index] ?? '').replaceAll('\t', '    ');
      const isLong = whole.length > maxColumns && !/https?:\/\//.test(whole);
      return isLong ? [{ line: line + index, rule: 10, mark: `${whole.length} columns` }] : [];
    });
    const prose = /^\s*\n/.exec(text)?.[0] ?? '';
    return [...long, ...marksOfProse(text.slice(prose.length), line + prose.split('\n').length - 1)];
  });
  if (!/\.test(?:-d)?\.ts$/.test(path)) return marks;
  const ofTitles = [...source.matchAll(titles)].flatMap(({ groups, index }) => {
    const title = groups?.['title'] ?? '';
    const sentence = title.slice(0, 1).toUpperCase() + title.slice(1);
    return marksOfProse(sentence, source.slice(0, index).split('\n').length);
  });
  return [...marks, ...ofTitles];
}

/**
 * @param {string} page
 * @returns {{ text: string, line: number }[]} headings, paragraphs and items, without code and
 *   tables
 */
function blocksOf(page) {
  const lines = page
    .replace(/<!--[\s\S]*?-->/g, (comment) => comment.replace(/[^\n]/g, ''))
    .replace(/^( *)(`{3,}|~{3,})[^\n]*\n[\s\S]*?^ *\2[^\n]*$/gm, (block) => block.replace(/[^\n]/g, ''))
    .split('\n');
  /** @type {{ text: string, line: number, isHeading: boolean }[]} */
  const blocks = [];
  let isOpen = false;
  for (const [index, line] of lines.entries()) {
    const isHeading = /^#{1,6} /.test(line);
    const begins = isHeading || /^\s*(?:[-*+]|\d+\.) /.test(line);
    if (line.trim() === '' || /^\s*[|<]/.test(line)) {
      isOpen = false;
      continue;
    }
    const text = line.replace(/^\s*(?:#{1,6} |(?:[-*+]|\d+\.) |> ?)?\s*/, '');
    const last = blocks.at(-1);
    if (isOpen && !begins && last !== undefined) last.text += `\n${text}`;
    else blocks.push({ text, line: index + 1, isHeading });
    isOpen = !isHeading;
  }
  return blocks;
}

/** @param {string} text @returns {string[]} */
const sentencesOf = (text) =>
  text
    .replace(/!?\[([^\]]*)\](?:\([^)]*\)|\[[^\]]*\])/g, '$1')
    .replace(/`[^`]*`/g, 'x')
    .split(/(?<=[.!?:;][)"*_]*)\s+(?=[A-Z"(*_`x[])/)
    .filter((sentence) => /\w/.test(sentence));

const wordsIn = (/** @type {string} */ text) => text.split(/\s+/).filter((word) => /\w/.test(word)).length;

/** @param {string} path @param {string} page Markdown @returns {Mark[]} */
function marksOfPage(path, page) {
  const blocks = blocksOf(page);
  const marks = blocks.flatMap(({ text, line }) => marksOfProse(text.replaceAll('**', ''), line));
  if (!measuredPages.includes(path)) return marks;
  const sentences = blocks.flatMap(({ text, line }) =>
    sentencesOf(text).map((sentence) => ({ words: wordsIn(sentence), line, sentence })),
  );
  for (const { words, line, sentence } of sentences) {
    if (words > maxWords) marks.push({ line, rule: 5, mark: `${words} words: ${sentence.slice(0, 50)} …` });
  }
  const average = sentences.reduce((sum, { words }) => sum + words, 0) / Math.max(1, sentences.length);
  if (average > maxAverage)
    marks.push({ line: 1, rule: 5, mark: `${average.toFixed(1)} words in an average sentence` });
  return marks;
}

/** @param {string} path @param {string} text @returns {Mark[]} one per place that is left blank */
const blanksOf = (path, text) =>
  withSkeletons.test(path)
    ? text.split('\n').flatMap((line, at) => (line.includes(blank) ? [{ line: at + 1, mark: blank }] : []))
    : [];

/**
 * @param {string} path relative to the root; its ending says what it is
 * @param {string} text
 * @returns {Mark[]} in the order of the lines
 */
export function marksOf(path, text) {
  const marks = path.endsWith('.md') ? marksOfPage(path, text) : marksOfSource(path, text);
  return [...marks, ...blanksOf(path, text)].sort((a, b) => a.line - b.line);
}

/**
 * @param {readonly string[]} subjects
 * @returns {string[]} one line per subject that is too long or has no area
 */
export const subjectFaults = (subjects) =>
  subjects.flatMap((subject) => {
    if (subject.length > maxSubject) return [`commit "${subject}": ${subject.length} columns (rule 10)`];
    return /^[\w./-]+(?:, [\w./-]+)*: \S/.test(subject)
      ? []
      : [`commit "${subject}": not "area: change" (rule 10)`];
  });

/**
 * @returns {readonly string[] | undefined} the subjects of the new commits; undefined where the
 *   history is not there
 */
function newSubjects() {
  try {
    const args = ['log', '--no-merges', '--format=%s', `${firstCommit}..HEAD`];
    return execFileSync('git', args, { cwd: root, encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] })
      .split('\n')
      .filter((subject) => subject !== '');
  } catch {
    return undefined;
  }
}

const skipped = new Set([
  'node_modules',
  'dist',
  'dist.partial',
  'build',
  'gen',
  '.git',
  '.tools',
  '.turbo',
  '.reports',
]);

/** @param {string} name @param {boolean} isFolder */
const isProse = (name, isFolder) =>
  isFolder ? !skipped.has(name) : /\.(?:ts|mjs|c|h|md)$/.test(name) && name !== 'vmlinux.h';

/**
 * @param {string} folder or file, absolute
 * @returns {{ path: string, marks: Mark[] }[]} the files that have marks
 */
const markedBelow = (folder) =>
  (statSync(folder).isFile() ? [folder] : filesBelow(folder, isProse))
    .map((file) => ({
      path: relative(root, file),
      marks: marksOf(relative(root, file), readFileSync(file, 'utf8')),
    }))
    .filter(({ marks }) => marks.length > 0);

/** @param {{ path: string, marks: readonly Mark[] }} file @returns {string[]} */
const linesOf = ({ path, marks }) =>
  marks.map(
    ({ line, rule, mark }) => `${path}:${line}: ${mark}${rule === undefined ? '' : ` (rule ${rule})`}`,
  );

/** @returns {import('../lib/reports.mjs').Verdict} */
export function checkWriting() {
  const subjects = newSubjects();
  const faults = [...subjectFaults(subjects ?? []), ...markedBelow(root).flatMap(linesOf)];
  const note = subjects === undefined ? 'no history here: commit subjects not checked' : '';
  return { ok: faults.length === 0, output: faults.join('\n'), note };
}

if (fileURLToPath(import.meta.url) === realpathSync(process.argv[1] ?? '.')) {
  const lines = process.argv.slice(2).flatMap((folder) => markedBelow(resolve(folder)).flatMap(linesOf));
  console.log(lines.join('\n'));
  process.exitCode = lines.length > 0 ? 1 : 0;
}
