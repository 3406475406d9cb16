import { setFlagsFromString } from 'node:v8';
import { run } from './run.js';

// A third above what lives, not up to four times as much: memory of a tracer is missing where it looks (bench/tried.md).
setFlagsFromString('--heap-growing-percent=30');

// Said outright: a command that goes on after its trace has ended would keep us waiting for it.
process.exit(await run(process.argv.slice(2)));
