import { expect, it, onTestFinished, vi } from 'vitest';
import { type Interruptible, Interrupts } from './interrupts.js';

function started(exit?: Promise<unknown>) {
  const said: string[] = [];
  const interrupts = new Interrupts((text) => said.push(text));
  onTestFinished(() => interrupts.restore());
  const tracer = {
    running: true as boolean,
    kill: vi.fn(() => true),
    stop: vi.fn(() => {
      tracer.running = false;
    }),
  } satisfies Interruptible;
  const began = () => interrupts.began(tracer, exit);
  return { interrupts, tracer, began, said };
}

const signal = (name: NodeJS.Signals) => process.emit(name, name);

it('aborts what has not begun', () => {
  const { interrupts, tracer } = started();
  signal('SIGTERM');
  expect(interrupts.starting.aborted).toBe(true);
  expect(interrupts.endedBy).toBe('SIGTERM');
  expect(tracer.stop).not.toHaveBeenCalled();
});

it('ends a trace that has no command', () => {
  const { interrupts, tracer, began } = started();
  began();
  signal('SIGHUP');
  expect(tracer.stop).toHaveBeenCalledTimes(1);
  expect(interrupts.endedBy).toBe('SIGHUP');
  expect(interrupts.starting.aborted).toBe(false);
});

it('passes signals on to the command while it lives, and stops tracing at the second', () => {
  const { interrupts, tracer, began, said } = started(new Promise(() => {}));
  began();
  signal('SIGTERM');
  expect(tracer.kill).toHaveBeenLastCalledWith('SIGTERM');
  expect(tracer.stop).not.toHaveBeenCalled();
  signal('SIGHUP');
  expect(tracer.kill).toHaveBeenLastCalledWith('SIGHUP');
  expect(tracer.stop).toHaveBeenCalledTimes(1);
  expect(said).toEqual(['tracing has stopped, the command goes on; once more to leave it alone']);
  expect(interrupts.endedBy).toBeUndefined();
});

it('takes a signal that comes with the end of the command for the command’s', async () => {
  const exit = Promise.resolve();
  const { interrupts, tracer, began } = started(exit);
  began();
  await exit;
  signal('SIGINT');
  expect(tracer.stop).not.toHaveBeenCalled();
  expect(interrupts.endedBy).toBeUndefined();
});

it('hears nothing any more when it is over', () => {
  const { interrupts } = started();
  interrupts.restore();
  expect(signal('SIGHUP')).toBe(false);
});
