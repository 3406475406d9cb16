import { EventView } from '../view/view.js';
import { harmless } from './harmless.js';
import { LineBuffer } from './line-buffer.js';

const one = new LineBuffer();
const lineEnd = 0x0a;

/**
 * One line of JSON output, without its line end: what `JSON.stringify` makes of an event or a
 * marker, with what a terminal or a log could obey written as `\u` escapes. JSON.stringify itself
 * escapes C0 only: DEL and C1 still speak to a terminal, marks of direction to its reader. Of an
 * event it makes no object first.
 *
 * @param event an event, lent or owned, a malformed one, or a marker
 */
export function jsonLine(event: { toJSON(): object }): string {
  one.clear();
  write(event, one);
  return one.toString();
}

/**
 * Adds the same line, with its line end, to others: the quickest way to the bytes of a file. All of
 * it or, where reading the event throws (`VIEW_EXPIRED`, or `INVALID_VALUE` for a layout from a
 * file that nobody can show), nothing.
 */
export function writeJsonLine(event: { toJSON(): object }, out: LineBuffer): void {
  const start = out.length;
  try {
    write(event, out);
  } catch (error) {
    out._cut(start);
    throw error;
  }
  out._character(lineEnd);
}

function write(event: { toJSON(): object }, out: LineBuffer): void {
  if (event instanceof EventView) event._write(out);
  else out.add(harmless(JSON.stringify(event.toJSON())));
}
