import { harmless } from './harmless.js';
import { EventView } from './view.js';

/**
 * One line of JSON output, without its line end: what `JSON.stringify` makes of an event or a marker, with what a terminal
 * or a log could obey written as `\u` escapes. JSON.stringify itself escapes C0 only: DEL and C1 still speak to a terminal,
 * marks of direction to its reader. Of an event it makes no object first.
 *
 * @param event an event, lent or owned, a malformed one, or a marker
 */
export function jsonLine(event: { toJSON(): object }): string {
  return event instanceof EventView ? event._text() : harmless(JSON.stringify(event.toJSON()));
}
