/**
 * Decodes a recording on any machine, without a kernel: counts the events of each kind and lists
 * what was executed.
 *
 *     sudo npx spoor trace --record build.spoor -- make
 *     node examples/decode-recording.mjs build.spoor
 */
import process from 'node:process';
import { escapeText } from '@spoor/core';
import { openRecording } from '@spoor/event';

const [file] = process.argv.slice(2);
if (file === undefined) {
  console.error('usage: node decode-recording.mjs FILE');
  process.exit(2);
}

/** @type {Map<string, number>} */
const counts = new Map();
const recording = await openRecording(file);
// The event is borrowed: it is valid until the callback returns.
const end = await recording.each((event) => {
  counts.set(event.kind, (counts.get(event.kind) ?? 0) + 1);
  if (event.kind === 'exec') console.log(event.tgid, escapeText(event.argv.join(' ')));
});
await recording.close();

for (const [kind, count] of counts) console.log(kind, count);
if (!end.complete) console.log('the recording was cut: its end is missing');
