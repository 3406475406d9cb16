import { SpoorError } from '@spoor/btf';
import { exitStatus, statusOfError } from './exit-status.js';
import type { Stream } from './io.js';

/**
 * Says what went wrong, and what to do: `spoor: CODE: message`, then the remedy. Returns the exit status.
 *
 * What is no `SpoorError` is a mistake of ours; its stack is shown when SPOOR_DEBUG is set.
 */
export async function reportFailure(error: unknown, { sink, style }: Stream): Promise<number> {
  const escapeText = await loadEscape();
  // A line of ours that goes on is indented, as in a verifier's log: text from outside cannot begin a line. Backslashes escape
  // nothing yet.
  const safe = (text: string) => text.replace(/\n(?! {2})|[^\n\\]+/g, escapeText);
  if (error instanceof SpoorError) {
    sink.write(`${style.bad('spoor:')} ${error.code}: ${safe(error.message)}\n`);
    if (error.remedy !== undefined) sink.write(`  ${safe(error.remedy.replaceAll('\n', '\n  '))}\n`);
    if (debugging() && error.stack !== undefined) sink.write(`${safe(error.stack)}\n`);
    return statusOfError(error.code);
  }
  const message = error instanceof Error ? error.message : String(error);
  sink.write(`${style.bad('spoor:')} INTERNAL: ${safe(message.replaceAll('\n', '\n  '))}\n`);
  if (debugging() && error instanceof Error) sink.write(`${safe(error.stack ?? '')}\n`);
  else sink.write('  This is a fault of spoor. SPOOR_DEBUG=1 shows where it happened.\n');
  return exitStatus.environment;
}

/** What cannot be loaded may be the very thing to report. */
async function loadEscape(): Promise<(text: string) => string> {
  try {
    return (await import('@spoor/event')).escapeText;
  } catch {
    return (text) => text.replace(/[^ -~]/g, '?');
  }
}

function debugging(): boolean {
  return Boolean(process.env['SPOOR_DEBUG']);
}
