import { copyFileSync } from 'node:fs';
import { join } from 'node:path';
import { compileC } from './compile.js';
import { Launched, type LaunchOptions } from './launched.js';

/**
 * The comm of the process that does what is traced, and of the one that shows when a tracer is
 * ready.
 */
export const workName = 'bench-work';
export const pulseName = 'bench-pulse';

/** Milliseconds from one pulse to the next. */
const pulseMs = 4;

/**
 * Starts `c/work.c` under one of its names, in the folder: what it opens is itself.
 *
 * Its `do` takes the lines that are described there, and answers with nanoseconds.
 */
export function startWork(folder: string, options: LaunchOptions, name = workName): Launched {
  const path = join(folder, name);
  copyFileSync(compileC('work'), path);
  return new Launched([path], options);
}

/**
 * Something that executes a program called `pulseName` again and again, until it is disposed of.
 */
export function startPulse(folder: string, options: LaunchOptions): Launched {
  const pulse = startWork(folder, options, pulseName);
  pulse.tell(`pulse ${pulseMs}`);
  return pulse;
}
