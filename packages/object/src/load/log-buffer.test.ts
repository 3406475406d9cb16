import { expect, it } from 'vitest';
import { native } from '../ffi/native.js';
import { LogBuffer } from './log-buffer.js';

const statistics = 'verification time 7 usec\nprocessed 3 insns (limit 1000000)\n';
const refused = 'combined stack size of 6 calls is 544. Too large\n';

/** A buffer in which these programs have logs as the kernel writes them. */
function written({ ofEach, texts }: { ofEach: boolean; texts: Record<string, string> }): LogBuffer {
  const logs = new LogBuffer(native(), { ofEach });
  for (const [program, text] of Object.entries(texts)) {
    const { address } = logs.slot(program);
    const bytes = new TextEncoder().encode(text);
    new Uint8Array(native().driver.view(address, bytes.length)).set(bytes);
  }
  return logs;
}

it('names the first program that has a log', () => {
  using logs = written({ ofEach: false, texts: { first: '', second: refused, third: '' } });
  expect(logs.read()).toEqual({ program: 'second', log: refused });
});

it('names the program that was refused behind others with statistics', () => {
  using logs = written({ ofEach: true, texts: { first: statistics, second: refused + statistics } });
  expect(logs.read()).toEqual({ program: 'second', log: refused + statistics });
});

it('names no program when all logs are statistics', () => {
  using logs = written({ ofEach: true, texts: { first: statistics, second: statistics } });
  expect(logs.read()).toBeUndefined();
});
