import { fileURLToPath } from 'node:url';
import { supervise } from './supervise.js';

const command = fileURLToPath(new URL('command.js', import.meta.url));
process.exitCode = await supervise(command, process.argv.slice(2));
