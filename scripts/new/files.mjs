/** Changes to sources by `pnpm new`. All of a command's edits are made, or none. */
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { Failure } from '../lib/output.mjs';
import { inRoot } from '../lib/workspace.mjs';

/** Collects the changes of one command. Paths are relative to the root. */
export class Edits {
  /** @type {Map<string, string>} */
  #texts = new Map();

  /** @param {string} path @returns {string} as it will be */
  read(path) {
    return this.#texts.get(path) ?? readFileSync(inRoot(path), 'utf8');
  }

  /** @param {string} path @param {string} text of a file that must not exist */
  create(path, text) {
    if (existsSync(inRoot(path))) throw new Failure(`${path} exists already`, { status: 2 });
    this.#texts.set(path, text);
  }

  /**
   * @param {string} path
   * @param {RegExp} place the lines behind which the new one goes: the last match
   * @param {string} line
   */
  insertAfter(path, place, line) {
    const text = this.read(path);
    const last = [...text.matchAll(new RegExp(place, `${place.flags}g`))].at(-1);
    if (last === undefined) throw new Failure(`${path}: there is no line like ${place}`);
    const at = last.index + last[0].length;
    this.#texts.set(path, `${text.slice(0, at)}\n${line}${text.slice(at)}`);
  }

  /**
   * Inserts a line where it belongs in a sorted list.
   *
   * @param {string} path
   * @param {RegExp} place the lines of the list
   * @param {string} line
   */
  insertSorted(path, place, line) {
    const text = this.read(path);
    const lines = [...text.matchAll(new RegExp(place, `${place.flags}g`))];
    const next = lines.find((match) => match[0] > line);
    if (next === undefined) return this.insertAfter(path, place, line);
    this.#texts.set(path, `${text.slice(0, next.index)}${line}\n${text.slice(next.index)}`);
    return undefined;
  }

  /** @param {string} path @param {string | RegExp} from @param {string} to */
  replace(path, from, to) {
    const text = this.read(path);
    const changed = text.replace(from, () => to);
    if (changed === text) throw new Failure(`${path}: there is no ${from}`);
    this.#texts.set(path, changed);
  }

  /** Writes the files. @returns {string[]} their paths */
  write() {
    for (const [path, text] of this.#texts) writeFileSync(inRoot(path), text);
    return [...this.#texts.keys()];
  }
}

/**
 * @typedef {object} Skeleton
 * @property {Edits} edits
 * @property {readonly string[]} [notes] facts that the command found
 * @property {readonly string[]} steps that are left to a person
 * @property {readonly string[]} commands to run after them
 */

/** Marks a place that a contributor fills in. */
export const blank = 'FILL_IN';

/** Keywords of C and JavaScript, which names of members, exports and variables cannot be. */
const keywords = new Set(
  `auto await break case catch char class const continue debugger default delete do double else enum export extends extern
false finally float for function goto if import in inline instanceof int let long new null register restrict return short
signed sizeof static struct super switch this throw true try typedef typeof union unsigned var void volatile while with
yield`.split(/\s/),
);

/**
 * @param {string} name lower case, with hyphens or underscores
 * @returns {{ kebab: string, snake: string, upper: string, camel: string }}
 */
export function spellings(name) {
  if (!/^[a-z][a-z0-9]*(?:[-_][a-z0-9]+)*$/.test(name)) {
    throw new Failure(`${name}: a name is lower case, with hyphens between words`, { status: 2 });
  }
  if (keywords.has(name)) throw new Failure(`${name} is a keyword of C or JavaScript`, { status: 2 });
  const snake = name.replaceAll('-', '_');
  return {
    kebab: name.replaceAll('_', '-'),
    snake,
    upper: snake.toUpperCase(),
    camel: snake.replace(/_([a-z0-9])/g, (_, letter) => letter.toUpperCase()),
  };
}
