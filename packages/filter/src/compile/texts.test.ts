import { expect, test } from 'vitest';
import type { Comparison } from '../kinds/kind.js';
import { textEntries } from './texts.js';

const names = (operator: '=' | '!=', ...values: Comparison['values']): Comparison => ({ operator, values });
const whole = (text: string) => ({ text, at: 'whole' as const });
const start = (text: string) => ({ text, at: 'start' as const });
const end = (text: string) => ({ text, at: 'end' as const });

test('each entry says what its shorter beginnings say too', () => {
  const entries = textEntries([
    { bit: 0, filters: [names('=', start('ba'))] },
    { bit: 1, filters: [names('=', whole('bash')), names('!=', start('b'))] },
    { bit: 2, filters: [names('=', start(''))] },
    { bit: 3, filters: [names('=', whole('ba'))] },
  ]);
  const shown = Object.fromEntries(
    entries.map(({ bytes, equal, unequal }) => [Buffer.from(bytes).toString(), [equal, unequal]]),
  );
  expect(shown).toEqual({
    '': [0b0100n, 0n],
    b: [0b0100n, 0b0010n],
    ba: [0b0101n, 0b0010n],
    'ba\0': [0b1101n, 0b0010n],
    'bash\0': [0b0111n, 0b0010n],
  });
});

test('ends are a table of their own, of reversed bytes', () => {
  const entries = textEntries([
    { bit: 0, filters: [names('=', end('.sh'))] },
    { bit: 1, filters: [names('=', end('é.sh'), start('.sh'))] },
  ]);
  expect(entries.map((entry) => ({ ...entry, bytes: Buffer.from(entry.bytes).toString('latin1') }))).toEqual([
    { end: false, bytes: '.sh', equal: 0b10n, unequal: 0n },
    { end: true, bytes: 'hs.', equal: 0b01n, unequal: 0n },
    { end: true, bytes: 'hs.\xa9\xc3', equal: 0b11n, unequal: 0n },
  ]);
});
