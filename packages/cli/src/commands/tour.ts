import { errorCodes, SpoorError } from '@spoor/core';
import type { Usage } from '../args/option.js';
import type { Arguments } from '../args/parse.js';
import { exitStatus } from '../exit-status.js';
import { reportFailure } from '../failure.js';
import type { Io } from '../io.js';
import type { Subcommand } from '../subcommand.js';
import { Guide } from '../tour/guide.js';

const usage: Usage = {
  name: 'tour',
  summary:
    'Trace a small command and explain its events. On a machine that cannot trace, say why and show a recording.',
  synopsis: '[--recorded]',
  options: [{ name: 'recorded', help: 'Show the recording even if tracing works.' }],
  examples: [['spoor tour', 'Takes a few seconds and ends by itself.']],
};

async function run(args: Arguments, io: Io): Promise<number> {
  const guide = new Guide(io.out);
  if (args.has('recorded') || !(await live(guide, io))) {
    const { recordedTour } = await import('../tour/recorded.js');
    await recordedTour(guide);
  }
  guide.farewell();
  return exitStatus.ok;
}

/** Runs the live tour. If this machine cannot trace, reports why and returns false. */
async function live(guide: Guide, io: Io): Promise<boolean> {
  try {
    const { liveTour } = await import('../tour/live.js');
    await liveTour(guide);
    return true;
  } catch (error) {
    if (!(error instanceof SpoorError) || errorCodes[error.code].kind === 'usage') throw error;
    guide.say('This machine cannot trace');
    await reportFailure(error, io.out);
    io.out.sink.write('\n');
    return false;
  }
}

export const tourCommand: Subcommand = { usage, run };
