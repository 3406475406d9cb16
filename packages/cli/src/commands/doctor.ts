import type { Usage } from '../args/option.js';
import type { Arguments } from '../args/parse.js';
import { diagnose } from '../doctor/diagnose.js';
import { reportText } from '../doctor/report.js';
import { exitStatus } from '../exit-status.js';
import type { Io } from '../io.js';
import type { Subcommand } from '../subcommand.js';

const usage: Usage = {
  name: 'doctor',
  summary: 'Check what this machine supports, and how to fix what it does not.',
  synopsis: '[--json]',
  options: [{ name: 'json', help: 'Print JSON.' }],
  notes: ['Exit status: 0 when tracing works here, 1 when it does not.'],
  examples: [['spoor doctor', 'Run this first when a trace does not start.']],
};

async function run(args: Arguments, io: Io): Promise<number> {
  const diagnosis = await diagnose(io.launcher);
  const { sink, style } = io.out;
  sink.write(args.has('json') ? `${JSON.stringify(diagnosis, null, 2)}\n` : reportText(diagnosis, style));
  return diagnosis.works ? exitStatus.ok : exitStatus.environment;
}

export const doctorCommand: Subcommand = { usage, run };
