import { expect, it, onTestFinished, vi } from 'vitest';
import type { Launcher, ReportedSignal } from '../launcher.js';
import { type Interruptible, Interrupts } from './interrupts.js';

function started(
  exit?: Promise<unknown>,
  { reopen, launcher }: { reopen?: () => void; launcher?: Launcher } = {},
) {
  const said: string[] = [];
  const interrupts = new Interrupts({ note: (text) => said.push(text), launcher });
  onTestFinished(() => interrupts.restore());
  const tracer = {
    running: true as boolean,
    kill: vi.fn(() => true),
    close: vi.fn(() => {
      tracer.running = false;
    }),
  } satisfies Interruptible;
  const began = () => interrupts.began({ tracer, exit, reopen });
  return { interrupts, tracer, began, said };
}

const signal = (name: NodeJS.Signals) => process.emit(name, name);

it('aborts a trace that has not begun', () => {
  const { interrupts, tracer } = started();
  signal('SIGTERM');
  expect(interrupts.starting.aborted).toBe(true);
  expect(interrupts.endedBy).toBe('SIGTERM');
  expect(tracer.close).not.toHaveBeenCalled();
});

it('ends a trace that has no command', () => {
  const { interrupts, tracer, began } = started();
  began();
  signal('SIGHUP');
  expect(tracer.close).toHaveBeenCalledTimes(1);
  expect(interrupts.endedBy).toBe('SIGHUP');
  expect(interrupts.starting.aborted).toBe(false);
});

it('passes SIGHUP on without an output file, and counts it', () => {
  const { tracer, began } = started(new Promise(() => {}));
  began();
  signal('SIGHUP');
  expect(tracer.kill).toHaveBeenLastCalledWith('SIGHUP');
  signal('SIGHUP');
  expect(tracer.close).toHaveBeenCalledTimes(1);
});

it('passes signals on to the command while it lives, and stops tracing at the second', () => {
  const { interrupts, tracer, began, said } = started(new Promise(() => {}));
  began();
  signal('SIGTERM');
  expect(tracer.kill).toHaveBeenLastCalledWith('SIGTERM');
  expect(tracer.close).not.toHaveBeenCalled();
  signal('SIGHUP');
  expect(tracer.kill).toHaveBeenLastCalledWith('SIGHUP');
  expect(tracer.close).toHaveBeenCalledTimes(1);
  expect(said).toEqual([
    'tracing has stopped; the command is still running. Send the signal again to end spoor',
  ]);
  expect(interrupts.endedBy).toBeUndefined();
});

it('ignores a signal that arrives with the end of the command', async () => {
  const exit = Promise.resolve();
  const { interrupts, tracer, began } = started(exit);
  began();
  await exit;
  signal('SIGINT');
  expect(tracer.close).not.toHaveBeenCalled();
  expect(interrupts.endedBy).toBeUndefined();
});

it('ignores signals after its end', () => {
  const { interrupts } = started();
  interrupts.restore();
  expect(signal('SIGHUP')).toBe(false);
});

it('reopens the output files at SIGHUP, and does not pass it on', () => {
  const reopen = vi.fn();
  const { tracer, began } = started(new Promise(() => {}), { reopen });
  began();
  signal('SIGHUP');
  signal('SIGHUP');
  expect(reopen).toHaveBeenCalledTimes(2);
  expect(tracer.kill).not.toHaveBeenCalled();
  expect(tracer.close).not.toHaveBeenCalled();
});

it('leaves signals to the whole process group to the command', () => {
  let report: (signal: ReportedSignal) => void = () => undefined;
  const launcher = {
    listen: (onSignal: typeof report) => {
      report = onSignal;
    },
  } as Launcher;
  const { tracer, began } = started(new Promise(() => {}), { launcher });
  began();
  for (let count = 0; count < 4; count++) report({ name: 'SIGINT', toGroup: true });
  expect(tracer.kill).not.toHaveBeenCalled();
  expect(tracer.close).not.toHaveBeenCalled();
  report({ name: 'SIGINT', toGroup: false });
  expect(tracer.kill).toHaveBeenLastCalledWith('SIGINT');
});

it.each(['SIGUSR1', 'SIGUSR2', 'SIGQUIT', 'SIGALRM'] as const)('disregards %s while it runs', (name) => {
  const { interrupts, tracer, began } = started();
  began();
  expect(signal(name)).toBe(true);
  expect(tracer.close).not.toHaveBeenCalled();
  interrupts.restore();
  expect(signal(name)).toBe(false);
});

it('keeps a signal for a running command until its trace is ready', () => {
  let report: (signal: ReportedSignal) => void = () => undefined;
  const launcher = {
    opened: true,
    listen: (onSignal: typeof report) => {
      report = onSignal;
    },
  } as Launcher;
  const { interrupts, tracer, began } = started(new Promise(() => {}), { launcher });
  report({ name: 'SIGTERM', toGroup: false });
  expect(interrupts.starting.aborted).toBe(false);
  began();
  expect(tracer.kill).toHaveBeenCalledExactlyOnceWith('SIGTERM');
});
