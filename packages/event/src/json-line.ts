import type { EventLine } from './types.js';

/**
 * One line of JSON output, without its line end: what `JSON.stringify` makes of an event or a marker, with what a terminal
 * or a log could obey written as `\u` escapes. JSON.stringify itself escapes C0 only: DEL and C1 still speak to a terminal,
 * marks of direction to its reader.
 *
 * @param event an event, lent or owned, a malformed one, or a marker
 */
export function jsonLine(event: { toJSON(): object }): string {
  const line = event.toJSON();
  return isPlain(line) ? plainLine(line) : harmless(JSON.stringify(line));
}

/** Has nothing but what every event has. */
function isPlain(line: object): line is EventLine {
  const { tgid, commRaw, exeRaw, exeTruncated } = line as Partial<EventLine>;
  return tgid !== undefined && commRaw === undefined && exeRaw === undefined && exeTruncated === undefined;
}

/** The same text, in half the time: names and binaries are quoted once, not for each event. */
function plainLine(line: EventLine): string {
  const time = line.time === null ? 'null' : `"${line.time}"`;
  const process = `"cpu":${line.cpu},"tgid":${line.tgid},"tid":${line.tid},"ppid":${line.ppid},"uid":${line.uid}`;
  const names = `"comm":${quoted(line.comm)},"exe":${quoted(line.exe)},"startTimeNs":"${line.startTimeNs}"`;
  const judged = `"scopes":${list(line.scopes)},"origin":"${line.origin}","flags":${list(line.flags)}`;
  const data = harmless(JSON.stringify(line.data));
  return `{"event":"${line.event}","time":${time},"ktimeNs":"${line.ktimeNs}",${process},${names},${judged},"data":${data}}`;
}

function list(texts: readonly string[]): string {
  let all = '';
  for (const text of texts) all = all === '' ? quoted(text) : `${all},${quoted(text)}`;
  return `[${all}]`;
}

/** Texts that were quoted lately: so many, and none that is longer: a megabyte or two at most. */
const known = new Map<string, string>();
const most = 4096;
const longest = 128;

function quoted(text: string): string {
  const found = known.get(text);
  if (found !== undefined) return found;
  const made = harmless(JSON.stringify(text));
  if (text.length > longest) return made;
  if (known.size >= most) known.clear();
  known.set(text, made);
  return made;
}

const ascii = /^[ -~]*$/;
const hostile = /[\x7f-\x9f\p{Cf}\u2028\u2029\u115f\u1160\u3164\uffa0]/gu;

function harmless(json: string): string {
  if (ascii.test(json)) return json;
  return json.replace(hostile, (character) =>
    // By code units: beyond U+FFFF, JSON writes a pair.
    Array.from(
      { length: character.length },
      (_, index) => `\\u${character.charCodeAt(index).toString(16).padStart(4, '0')}`,
    ).join(''),
  );
}
