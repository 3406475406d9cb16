import type { StructLayout } from '@spoor/btf';
import { describe, expect, it } from 'vitest';
import { eventLayouts } from './generated-layouts.js';
import type { EventLayouts } from './layouts.js';
import { eventShapes } from './shapes.js';

const open = eventLayouts.events['open']!;
const [header, ...own] = open.fields;

const withOpen = (layout: StructLayout): EventLayouts => ({
  ...eventLayouts,
  kinds: { open: 4 },
  events: { open: layout },
});
const withField = (name: string) =>
  withOpen({
    ...open,
    fields: [...open.fields, { name, offset: 88, layout: { kind: 'int', size: 4, signed: false } }],
  });

describe('layouts from outside', () => {
  it.each([
    ['a kind that iterating yields', { ...eventLayouts, kinds: { gap: 1 }, events: { gap: open } }],
    ['a kind that is no name', { ...eventLayouts, kinds: { '__proto__ x': 1 } }],
    ['a number that no header can hold', { ...eventLayouts, kinds: { open: 65_536 } }],
    ['a number that is none', { ...eventLayouts, kinds: { open: 0.5 } }],
    ['a kind without a layout', { ...eventLayouts, kinds: { toString: 1 } }],
    ['no header', withOpen({ ...open, fields: own })],
    ['a header elsewhere', withOpen({ ...open, fields: [{ ...header!, offset: 8 }, ...own] })],
    ['a name that is code', withField('x(){}};process.exit();({y')],
    ['a name that views need', withField('to_object')],
    ['a name that objects have', withField('constructor')],
    ['a name twice', withField('path')],
    [
      'a part of another shape',
      withOpen({
        ...open,
        fields: [
          header!,
          { name: 'p', offset: 88, layout: { kind: 'struct', name: 'var_bytes', size: 4, fields: [] } },
        ],
      }),
    ],
    [
      'fields without end',
      withOpen({
        ...open,
        fields: [header!, ...Array.from({ length: 300 }, (_, index) => ({ ...own[0]!, name: `f${index}` }))],
      }),
    ],
    [
      'kinds without end',
      {
        ...eventLayouts,
        kinds: Object.fromEntries(Array.from({ length: 2000 }, (_, index) => [`k${index}`, index])),
      },
    ],
  ])('are refused: %s', (_, layouts) => {
    expect(() => eventShapes(layouts as EventLayouts)).toThrow(
      expect.objectContaining({ code: 'LAYOUT_UNKNOWN' }),
    );
  });

  it('are taken when they are those of events', () => {
    expect(eventShapes(withField('more')).map(({ fields }) => fields.at(-1)?.name)).toEqual(['more']);
  });
});
