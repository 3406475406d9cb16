import { expect, test } from 'vitest';
import { sampleReport } from '../../test/sample-report.js';
import { escapeXml, reportSvg } from './svg.js';

const svg = reportSvg(sampleReport);

/** Attributes of the elements of a name. */
function elements(name: string): Record<string, string>[] {
  return [...svg.matchAll(new RegExp(`<${name}((?: [a-z:-]+="[^"]*")+)`, 'g'))].map(([, attributes = '']) =>
    Object.fromEntries(
      [...attributes.matchAll(/([a-z:-]+)="([^"]*)"/g)].map(([, key, value]) => [key, value]),
    ),
  );
}

test('every tag is closed, in its order', () => {
  const open: string[] = [];
  for (const [tag, close, name = '', selfClosed] of svg.matchAll(/<(\/?)([a-z]+)[^>]*?(\/?)>/g)) {
    if (close === '/') expect(open.pop(), tag).toBe(name);
    else if (selfClosed !== '/') open.push(name);
  }
  expect(open).toEqual([]);
});

test('says by itself what is seen', () => {
  const texts = [...svg.matchAll(/<text[^>]*>([^<]*)<\/text>/g)].map(([, text]) => text);
  expect(texts).toEqual(
    expect.arrayContaining([
      'A sample',
      'spoor',
      'others',
      'Time | taken, µs; × theirs',
      'ours &amp; all',
      '2.10 µs   0.50 × (0.50 – 0.50)',
      '2026-11-22, Linux 6.1.0, 2 × Some CPU, Node.js 20.19.0',
    ]),
  );
  expect(svg).toContain('<title id="title">A sample. Is &lt;it&gt; fast?</title>');
});

test('bars are as long as what they stand for, from zero on', () => {
  const bars = elements('rect').filter(({ height }) => height === '18');
  const [ours, theirs, nothing, memory] = bars.map(({ width }) => Number(width));
  // The axis ends at the high end of the widest spread, 4.38 µs.
  expect(theirs! / ours!).toBeCloseTo(2, 1);
  expect(nothing).toBe(0);
  expect(memory).toBe(300);
  expect(new Set(bars.map(({ x }) => x))).toEqual(new Set(['300']));
});

test('one round has no spread to draw', () => {
  const spreads = elements('path').filter(({ d }) => /^M[\d.]+ [\d.]+H[\d.]+M/.test(d!));
  expect(spreads).toHaveLength(3);
});

test('names from outside cannot break it', () => {
  expect(escapeXml('<a b="c">&\u0000\u001b[0m')).toBe('&lt;a b=&quot;c&quot;&gt;&amp;\ufffd\ufffd[0m');
});
