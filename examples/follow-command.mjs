/**
 * Follows a command and all its descendants, and prints what they execute and where they connect.
 *
 *     sudo node examples/follow-command.mjs npm view koffi version
 */
import process from 'node:process';
import { escapeText } from '@spoor/core';
import { trace } from '@spoor/tracer';

const command = process.argv.slice(2);
if (command.length === 0) {
  console.error('usage: node follow-command.mjs COMMAND [ARGUMENT…]');
  process.exit(2);
}

const tracer = await trace({ command, events: ['exec', 'connect', 'exit'] });
for await (const event of tracer) {
  // Names and arguments come from the traced processes, so escape them before a terminal sees them.
  if (event.kind === 'exec') console.log(event.tgid, 'exec', escapeText(event.argv.join(' ')));
  else if (event.kind === 'connect') console.log(event.tgid, 'connect to port', event.port);
  else if (event.kind === 'exit') console.log(event.tgid, 'exit', event.code);
}
await tracer.close();
