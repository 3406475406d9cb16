import { reportFailure } from './failure.js';
import { standardIo } from './io.js';
import { takeLauncher } from './launcher.js';
import { run } from './run.js';
import { endProcess } from './trace/interrupts.js';

// Without a handler, Node.js opens its debugger, which every user of the machine can connect to.
process.on('SIGUSR1', () => undefined);
const launcher = takeLauncher();
// Errors in timers and signal handlers have no caller that could report them.
process.on('uncaughtException', (error) => {
  void reportFailure(error, standardIo().err).then((status) => endProcess(status, launcher));
});
// A command that outlives its trace would keep this process waiting, so the process ends itself.
void run(process.argv.slice(2), standardIo(launcher)).then((outcome) => endProcess(outcome, launcher));
