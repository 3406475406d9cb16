export type Paint = (text: string) => string;

/** Colours only repeat what the words say. */
export interface Style {
  readonly dim: Paint;
  readonly bold: Paint;
  readonly name: Paint;
  readonly good: Paint;
  readonly bad: Paint;
}

const plain: Paint = (text) => text;
const sgr =
  (code: number): Paint =>
  (text) =>
    text === '' ? '' : `\x1b[${code}m${text}\x1b[0m`;

export const noStyle: Style = { dim: plain, bold: plain, name: plain, good: plain, bad: plain };
const colours: Style = { dim: sgr(2), bold: sgr(1), name: sgr(36), good: sgr(32), bad: sgr(31) };

/** Returns colours for a terminal, unless the user disabled them: https://no-color.org. */
export function styleFor(isTerminal: boolean, env: NodeJS.ProcessEnv = process.env): Style {
  return isTerminal && !env['NO_COLOR'] && env['TERM'] !== 'dumb' ? colours : noStyle;
}

/** Returns true if the terminal can show box-drawing characters. */
export function hasUnicode(env: NodeJS.ProcessEnv = process.env): boolean {
  return /utf-?8/i.test(env['LC_ALL'] || env['LC_CTYPE'] || env['LANG'] || '');
}
