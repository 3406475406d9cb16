// Connects to the port on loopback in the first argument, and waits for the answer.
import { connect } from 'node:net';

connect(Number(process.argv[2]), '127.0.0.1').on('data', () => process.exit(0));
