import { run } from './run.js';

// Said outright: a command that goes on after its trace has ended would keep us waiting for it.
void run(process.argv.slice(2)).then((status) => process.exit(status));
