import { run } from './run.js';

// Said outright: a command that goes on after its trace has ended would keep us waiting for it.
process.exit(await run(process.argv.slice(2)));
