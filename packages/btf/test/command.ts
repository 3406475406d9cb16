import { run } from '../src/command/run.js';

/** Runs the command in this process. Returns its status and everything that it prints. */
export function spoorBtf(...args: string[]): { status: number; out: string; err: string } {
  let out = '';
  let err = '';
  const status = run(args, {
    out: (text) => {
      out += text;
    },
    err: (text) => {
      err += text;
    },
  });
  return { status, out, err };
}
