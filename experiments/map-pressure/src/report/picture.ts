import type { MissMode } from '../experiment.js';
import { type Fates, fatesOf, missShare, type Summary } from '../summary.js';
import { element, page, text } from './svg.js';
import { percent } from './table.js';

const width = 1240;
const margin = 56;
const panelGap = 28;
const bars = { top: 176, height: 300, width: 34, gap: 9 };
const strips = [
  {
    top: 560,
    title: 'look-ups that missed',
    of: missShare,
    label: percent,
  },
  {
    top: 648,
    title: 'BPF time for each event delivered',
    of: (s: Summary) => s.nsPerEvent,
    label: (ns: number) => (ns === 0 ? '–' : `${(ns / 1000).toFixed(1)} µs`),
  },
] as const;
const stripHeight = 44;
const height = 752;

const titles: Record<MissMode, readonly [title: string, subtitle: string]> = {
  drop: ['drop', 'a miss loses the event: the old failure'],
  zero: ['zero', 'a miss gives an empty record: the usual fix'],
  recover: ['recover', 'a miss is rebuilt from the task: Spoor'],
};

/** From the bottom up. Lost events are what is not there. */
const fates: readonly { readonly fate: keyof Fates; readonly fill: string; readonly label: string }[] = [
  { fate: 'right', fill: '#0f766e', label: 'delivered, all facts right' },
  { fate: 'untrue', fill: 'url(#untrue)', label: 'a wrong binary or a wrong new flag' },
  { fate: 'misjudged', fill: '#ea580c', label: 'follow forgotten' },
  { fate: 'lost', fill: '#ffffff', label: 'lost' },
];

export interface Caption {
  /** Kernel release. */
  readonly kernel: string;
  readonly cpus: number;
}

/**
 * One picture of all settings: what became of every event, a panel a mode, a bar a setting; below,
 * how often the map missed and what an event cost.
 */
export function picture(summaries: readonly Summary[], caption: Caption): string {
  const modes = (['drop', 'zero', 'recover'] as const).filter((mode) =>
    summaries.some(({ setting }) => setting.mode === mode),
  );
  const panelWidth = (width - 2 * margin - (modes.length - 1) * panelGap) / modes.length;
  const scales = strips.map(({ of }) => Math.max(...summaries.map(of), Number.MIN_VALUE));
  const title = 'What became of every event when the process map is too small, or emptied all the time';
  return page(
    { title, facts: factsOf(summaries, caption), width, height, margin },
    pattern,
    legend(),
    axis(),
    footnote,
    ...modes.map((mode, index) =>
      element(
        'g',
        { transform: `translate(${margin + index * (panelWidth + panelGap)} 0)` },
        panel(
          summaries.filter(({ setting }) => setting.mode === mode),
          { mode, panelWidth, scales },
        ),
      ),
    ),
  );
}

const pattern = element(
  'defs',
  {},
  element(
    'pattern',
    { id: 'untrue', width: 8, height: 8, patternUnits: 'userSpaceOnUse', patternTransform: 'rotate(45)' },
    element('rect', { width: 8, height: 8, fill: '#fcd34d' }),
    element('rect', { width: 3, height: 8, fill: '#b45309' }),
  ),
);

function factsOf(summaries: readonly Summary[], { kernel, cpus }: Caption): string {
  const runs = Math.max(...summaries.map((summary) => summary.runs));
  const alive = Math.min(...summaries.map((summary) => summary.alive));
  const expected = Math.max(...summaries.map(({ total, runs: of }) => total.expected / of));
  return [
    `${alive.toLocaleString('en')} processes alive at once, ${Math.round(expected).toLocaleString('en')} events in each run`,
    `${runs === 1 ? 'one run' : `${runs} runs`} a bar`,
    `${cpus} CPUs, Linux ${kernel}`,
  ].join(' · ');
}

const footnote = text(
  'saboteur: another process deletes every entry of the map, over and over, as fast as it can. ' +
    'Every event is compared with what the process that caused it wrote down of itself.',
  { x: margin, y: height - 14, fill: '#4b5563' },
);

function legend(): string {
  let x = margin;
  return fates
    .map(({ fill, label, fate }) => {
      const box = element('rect', { x, y: 82, width: 16, height: 16, fill, ...outline(fate) });
      const word = text(label, { x: x + 23, y: 95, 'font-size': 13 });
      x += 23 + label.length * 7.1 + 26;
      return box + word;
    })
    .join('');
}

const outline = (fate: keyof Fates) =>
  fate === 'lost' ? { stroke: '#9ca3af', 'stroke-width': 1, 'stroke-dasharray': '3 2' } : {};

function axis(): string {
  return [0, 25, 50, 75, 100]
    .map((share) => {
      const y = bars.top + bars.height * (1 - share / 100);
      return [
        element('line', { x1: margin, x2: width - margin, y1: y, y2: y, stroke: '#e5e7eb' }),
        text(`${share} %`, { x: margin - 8, y: y + 4, 'text-anchor': 'end', fill: '#6b7280' }),
      ].join('');
    })
    .join('');
}

interface PanelOptions {
  readonly mode: MissMode;
  readonly panelWidth: number;
  /** The highest value of each strip, over all panels. */
  readonly scales: readonly number[];
}

function panel(summaries: readonly Summary[], { mode, panelWidth, scales }: PanelOptions): string {
  const [title, subtitle] = titles[mode];
  const entries = [...new Set(summaries.map(({ setting }) => setting.entries))];
  const groupWidth = panelWidth / entries.length;
  const groups = entries.map((size, index) => {
    const members = summaries.filter(({ setting }) => setting.entries === size);
    const used = members.length * (bars.width + bars.gap) - bars.gap;
    const left = index * groupWidth + (groupWidth - used) / 2;
    return [
      ...members.map((summary, bar) => column(summary, left + bar * (bars.width + bars.gap), scales)),
      ...groupLabel(members[0]!).map((line, number) =>
        text(line, {
          x: left + used / 2,
          y: bars.top + bars.height + 33 + 14 * number,
          'text-anchor': 'middle',
          'font-weight': number === 0 ? 600 : 400,
        }),
      ),
    ].join('');
  });
  return [
    text(title, { x: 0, y: 134, 'font-size': 17, 'font-weight': 600 }),
    text(subtitle, { x: 0, y: 152, 'font-size': 13, fill: '#4b5563' }),
    ...groups,
    ...strips.map(({ title: name, top }) =>
      [
        text(name, { x: 0, y: top - 4, fill: '#4b5563' }),
        element('line', {
          x1: 0,
          x2: panelWidth,
          y1: top + stripHeight + 12,
          y2: top + stripHeight + 12,
          stroke: '#d1d5db',
        }),
      ].join(''),
    ),
  ].join('');
}

function groupLabel({ setting, mapEntries }: Summary): readonly string[] {
  const count = mapEntries.toLocaleString('en');
  return setting.entries === undefined ? ['default', `${count} entries`] : [count, 'entries'];
}

/** One setting: its bar, and its share of each strip. */
function column(summary: Summary, x: number, scales: readonly number[]): string {
  const shares = fatesOf(summary.total);
  let bottom = bars.top + bars.height;
  const stack = fates.map(({ fate, fill }) => {
    const size = bars.height * shares[fate];
    bottom -= size;
    return size === 0
      ? ''
      : element('rect', { x, y: bottom, width: bars.width, height: size, fill, ...outline(fate) });
  });
  const middle = x + bars.width / 2;
  const label = summary.setting.saboteur ? 'saboteur' : 'alone';
  const under = bars.top + bars.height + 13;
  return [
    ...stack,
    text(percent(shares.right).replace(' ', ''), {
      x: middle,
      y: bars.top - 6,
      'text-anchor': 'middle',
      'font-size': 10,
      'font-weight': 600,
    }),
    text(label, { x: middle, y: under, 'font-size': 9, fill: '#4b5563', 'text-anchor': 'middle' }),
    ...strips.map(({ top, of, label: word }, index) => {
      const size = (stripHeight * of(summary)) / scales[index]!;
      const base = top + stripHeight + 12;
      return [
        element('rect', { x, y: base - size, width: bars.width, height: size, fill: '#94a3b8' }),
        text(word(of(summary)).replace(' ', ''), {
          x: middle,
          y: base + 11,
          'text-anchor': 'middle',
          'font-size': 9,
          fill: '#4b5563',
        }),
      ].join('');
    }),
  ].join('');
}
