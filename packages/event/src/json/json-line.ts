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
 *
 * @example
 * ```ts
 * for await (const event of recording) console.log(jsonLine(event));
 * ```
 */
export function jsonLine(event: { toJSON(): object }): string {
  one.clear();
  write(event, one);
  return one.toString();
}

/**
 * Adds the text of `jsonLine` and a line end to a buffer. This is the quickest way to write lines
 * to a file. If reading the event throws, nothing is added.
 *
 * @throws {SpoorError} VIEW_EXPIRED when the event was kept after the call that it was lent to;
 *   INVALID_VALUE when the layouts of a recording do not allow the event to be shown
 *
 * @example
 * ```ts
 * const lines = new LineBuffer();
 * for await (const event of recording) writeJsonLine(event, lines);
 * writeFileSync('trace.jsonl', lines.bytes);
 * ```
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
