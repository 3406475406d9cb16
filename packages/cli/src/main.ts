import { reportFailure } from './failure.js';
import { standardIo } from './io.js';
import { takeLauncher } from './launcher.js';
import { run } from './run.js';
import { endProcess } from './trace/interrupts.js';

// Node.js would open its debugger, which any user of the machine may connect to.
process.on('SIGUSR1', () => undefined);
const launcher = takeLauncher();
// Timers and signals have no caller that could report an error.
process.on('uncaughtException', (error) => {
  void reportFailure(error, standardIo().err).then((status) => endProcess(status, launcher));
});
// Ended explicitly: a command that goes on after its trace has ended would keep this process waiting.
void run(process.argv.slice(2), standardIo(launcher)).then((outcome) => endProcess(outcome, launcher));
