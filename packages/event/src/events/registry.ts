import { connect } from './connect.js';
import { exec } from './exec.js';
import { exit } from './exit.js';
import { fork } from './fork.js';
import { open } from './open.js';

/** One line an event that has something to say about its JSON. */
export const presentations = [fork, exec, exit, open, connect];
