import { describe, expect, it } from 'vitest';
import { summaryOf } from '../../test/summaries.js';
import { fatesOf } from '../summary.js';
import { pictureByCpu } from './by-cpu.js';
import { picture } from './picture.js';
import { element, text } from './svg.js';
import { percent, table } from './table.js';

const caption = { kernel: '6.1 <&>', cpus: 2 };

/** The names of all elements; throws where a tag is not closed, or closes another. */
function wellFormed(svg: string): string[] {
  const open: string[] = [];
  const names: string[] = [];
  for (const [, end, name, , alone] of svg.matchAll(/<(\/?)([a-z]+)((?: [\w-]+="[^"<]*")*)(\/?)>/gi)) {
    if (end === '/') expect(open.pop()).toBe(name);
    else {
      names.push(name!);
      if (alone === '') open.push(name!);
    }
  }
  expect(open).toEqual([]);
  // Nothing between the tags is taken for one.
  expect(svg.replace(/<\/?[a-z]+(?: [\w-]+="[^"<]*")*\/?>/gi, '')).not.toMatch(/[<>]/);
  return names;
}

describe('the picture', () => {
  const all = (['drop', 'zero', 'recover'] as const).flatMap((mode) =>
    [100, undefined].flatMap((entries) =>
      [false, true].map((saboteur) =>
        summaryOf({ mode, ...(entries === undefined ? {} : { entries }), saboteur }),
      ),
    ),
  );

  it('is one well-formed file with all that is needed to read it', () => {
    const svg = picture(all, caption);
    expect(wellFormed(svg)[0]).toBe('svg');
    for (const word of [
      'drop',
      'zero',
      'recover',
      'saboteur',
      'alone',
      'default',
      'lost',
      '6.1 &lt;&amp;&gt;',
    ])
      expect(svg).toContain(word);
    expect(svg).not.toMatch(/NaN|undefined|Infinity/);
    expect(svg.match(/>alone</g)).toHaveLength(6);
  });

  it('draws bars as high as their shares', () => {
    const halved = summaryOf({ mode: 'drop' }, { expected: 10, delivered: 4, right: 4, lost: 6 });
    const heights = (fill: string) =>
      [
        ...picture([halved], caption).matchAll(
          /<rect [^>]*y="([\d.]+)" width="34" height="([\d.]+)" fill="([^"]+)"/g,
        ),
      ]
        .filter(([, , , found]) => found === fill)
        .map(([, y, height]) => [Number(y), Number(height)]);
    expect(heights('#0f766e')).toEqual([[356, 120]]);
    expect(heights('#ffffff')).toEqual([[176, 180]]);
    expect(heights('#ea580c')).toEqual([]);
  });

  it('can be drawn of few settings, and of runs without events', () => {
    const empty = { ...summaryOf({ mode: 'zero' }, { expected: 0, right: 0 }), nsPerEvent: 0, misses: 0 };
    expect(() => wellFormed(picture([empty], caption))).not.toThrow();
    expect(picture([empty], caption)).not.toMatch(/NaN/);
  });
});

it('draws the misses of each CPU, with how full the map was', () => {
  const starved = { ...summaryOf({ mode: 'drop', entries: 10_240 }), mapEntries: 10_240, held: 960 };
  const svg = pictureByCpu([{ ...starved, misses: 30, missesByCpu: [0, 10, 20, 0] }, summaryOf({})], caption);
  expect(wellFormed(svg)[0]).toBe('svg');
  expect(svg).toContain('10,240 entries, 960 in use (9 %): 30 misses');
  const heights = [...svg.matchAll(/height="([\d.]+)" fill="#b45309"/g)].map(([, height]) => Number(height));
  expect(heights).toEqual([96, 48, 96]);
  expect(svg).not.toMatch(/NaN|undefined|Infinity/);
});

it('gives each event one fate', () => {
  const { total } = summaryOf(
    {},
    { expected: 100, delivered: 90, lost: 10, right: 40, forgotten: 15, followWrong: 5 },
  );
  expect(fatesOf(total)).toEqual({ right: 0.4, untrue: 0.3, misjudged: 0.2, lost: 0.1 });
});

it('escapes what it is given', () => {
  expect(text('a<b', { title: '"&' })).toBe('<text title="&quot;&amp;">a&lt;b</text>');
  expect(element('rect', { x: 1 / 3 })).toBe('<rect x="0.33"/>');
});

it('never rounds up to all', () => {
  expect([percent(1), percent(0.99999), percent(0)]).toEqual(['100 %', '99.9 %', '0.0 %']);
});

it('says in the table which setting is wrong', () => {
  const wrong = { ...summaryOf({ saboteur: true }), runs: 10, good: 9 };
  const [head, first, second] = table([summaryOf({ entries: 100 }), wrong]).split('\n');
  expect(head).toMatch(/^mode +entries +saboteur +expected/);
  expect(first).toMatch(/^recover +100 +no +5 +5 +0 +100 % .* as it must be, 1 of 1$/);
  expect(second).toMatch(/^recover +default 1024 +yes .* WRONG, 1 of 10$/);
});
