import type { Measurement, Side } from '../finding.js';
import { scaled } from '../measure/units.js';
import type { Report } from './report.js';
import { type Row, rowsOf } from './rows.js';

const width = 860;
const margin = 20;
const barHeight = 18;
const rowHeight = 26;
const titleHeight = 34;
const panelGap = 26;
/** Where bars begin, and the longest ends. */
const barStart = 300;
const barEnd = 600;

const colours: Readonly<Record<Side, string>> = { ours: '#1f6f43', peer: '#8a94a3', floor: '#c9ced6' };
const legend: readonly (readonly [Side, string])[] = [
  ['ours', 'spoor'],
  ['peer', 'others'],
  ['floor', 'what nobody can do without'],
];

/**
 * A report as one picture that says by itself what is seen: a panel a measurement, a bar a series
 * with its median written out, and a line from end to end of its spread. Bars begin at zero.
 */
export function reportSvg({ subject, finding, machine, at }: Report): string {
  const panels: string[] = [];
  let top = 78;
  for (const measurement of finding.measurements) {
    const panel = panelSvg(measurement, top);
    panels.push(panel.svg);
    top += panel.height + panelGap;
  }
  const height = top + 24;
  const foot = `${at.slice(0, 10)}, Linux ${machine.kernel}, ${machine.cpus} × ${machine.cpu}, Node.js ${machine.node}`;
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}" viewBox="0 0 ${width} ${height}"`,
    `  role="img" aria-labelledby="title" font-family="system-ui, sans-serif" font-size="13">`,
    `<title id="title">${escapeXml(`${subject.title}. ${subject.question}`)}</title>`,
    `<rect width="${width}" height="${height}" fill="#ffffff"/>`,
    text({ x: margin, y: 30, size: 18, weight: 600 }, subject.title),
    legendSvg(finding.measurements),
    ...panels,
    text({ x: margin, y: height - 14, size: 11, fill: '#5b6472' }, foot),
    '</svg>\n',
  ].join('\n');
}

function legendSvg(measurements: readonly Measurement[]): string {
  const sides = new Set(measurements.flatMap(({ series }) => series.map(({ side }) => side)));
  let x = margin;
  const parts = legend
    .filter(([side]) => sides.has(side))
    .map(([side, name]) => {
      const svg = `<rect x="${x}" y="46" width="12" height="12" fill="${colours[side]}"/>${text({ x: x + 18, y: 56, size: 12, fill: '#444c58' }, name)}`;
      x += 40 + name.length * 7;
      return svg;
    });
  const spread = `<path d="M${x} 52h22m0 -4v8m-22 -8v8" stroke="#1b1f24" fill="none"/>`;
  return [...parts, spread, text({ x: x + 28, y: 56, size: 12, fill: '#444c58' }, 'nine of ten rounds')].join(
    '\n',
  );
}

function panelSvg(measurement: Measurement, top: number): { readonly svg: string; readonly height: number } {
  const { rows, scale } = rowsOf(measurement);
  const most = Math.max(...rows.flatMap(({ summary }) => [summary.median, summary.high]));
  const lengthOf = (value: number) => (most > 0 ? (Math.max(value, 0) / most) * (barEnd - barStart) : 0);
  const unit = scale.symbol === '' ? '' : `, ${scale.symbol}`;
  const base = measurement.base === undefined ? '' : `; × ${measurement.base}`;
  const head = text({ x: margin, y: top + 16, size: 14, weight: 600 }, `${measurement.title}${unit}${base}`);
  const bars = rows.map((row, index) => barSvg(row, top + titleHeight + index * rowHeight, lengthOf));
  const ground = top + titleHeight + rows.length * rowHeight;
  const axis = [
    `<path d="M${barStart} ${top + titleHeight - 6}V${ground}H${barEnd}" stroke="#8a94a3" fill="none"/>`,
    text({ x: barStart, y: ground + 14, size: 11, fill: '#5b6472', anchor: 'middle' }, '0'),
    text({ x: barEnd, y: ground + 14, size: 11, fill: '#5b6472', anchor: 'middle' }, scaled(most, scale)),
  ];
  return { svg: [head, ...bars, ...axis].join('\n'), height: titleHeight + rows.length * rowHeight + 16 };
}

function barSvg(row: Row, top: number, lengthOf: (value: number) => number): string {
  const { name, side, summary, median, ratio } = row;
  const middle = top + barHeight / 2;
  const [low, high] = [summary.low, summary.high].map((value) => round(barStart + lengthOf(value)));
  const spread = `<path d="M${low} ${middle}H${high}M${low} ${middle - 4}v8M${high} ${middle - 4}v8" stroke="#1b1f24" fill="none"/>`;
  const told = ratio === '' ? median : `${median}   ${ratio}`;
  return [
    text({ x: barStart - 8, y: middle + 4, anchor: 'end' }, name),
    `<rect x="${barStart}" y="${top}" width="${round(lengthOf(summary.median))}" height="${barHeight}" fill="${colours[side]}"/>`,
    ...(summary.rounds > 1 ? [spread] : []),
    text({ x: barEnd + 10, y: middle + 4 }, told),
  ].join('\n');
}

interface TextStyle {
  readonly x: number;
  readonly y: number;
  readonly size?: number;
  readonly weight?: number;
  readonly fill?: string;
  readonly anchor?: 'end' | 'middle';
}

function text({ x, y, size, weight, fill = '#1b1f24', anchor }: TextStyle, content: string): string {
  const style = [
    ...(size === undefined ? [] : [` font-size="${size}"`]),
    ...(weight === undefined ? [] : [` font-weight="${weight}"`]),
    ...(anchor === undefined ? [] : [` text-anchor="${anchor}"`]),
  ].join('');
  return `<text x="${x}" y="${y}"${style} fill="${fill}" xml:space="preserve">${escapeXml(content)}</text>`;
}

/** Also what XML cannot have at all, as it may stand in a name from outside. */
export function escapeXml(content: string): string {
  return (
    content
      .replaceAll('&', '&amp;')
      .replaceAll('<', '&lt;')
      .replaceAll('>', '&gt;')
      .replaceAll('"', '&quot;')
      // biome-ignore lint/suspicious/noControlCharactersInRegex: these are what must not come through
      .replace(/[\u0000-\u0008\u000b\u000c\u000e-\u001f\ufffe\uffff]/g, '\ufffd')
  );
}

function round(value: number): number {
  return Math.round(value * 10) / 10;
}
