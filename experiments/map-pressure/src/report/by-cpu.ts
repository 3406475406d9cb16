import type { Summary } from '../summary.js';
import type { Caption } from './picture.js';
import { element, page, text } from './svg.js';

const margin = 56;
const gap = 36;
const panel = { top: 112, width: 340, height: 96, distance: 158 };

/**
 * Misses of the process map on each CPU: a row of panels for each size of the map, in it a panel a
 * mode.
 */
export function pictureByCpu(summaries: readonly Summary[], { kernel, cpus }: Caption): string {
  const modes = [...new Set(summaries.map(({ setting }) => setting.mode))];
  const sizes = [...new Set(summaries.map(({ mapEntries }) => mapEntries))].sort((a, b) => a - b);
  const width = 2 * margin + modes.length * panel.width + (modes.length - 1) * gap;
  const height = panel.top + sizes.length * panel.distance + 12;
  const alive = Math.min(...summaries.map((summary) => summary.alive));
  const facts = `${alive.toLocaleString('en')} processes alive at once, forked and run on each CPU in turn · ${cpus} CPUs, Linux ${kernel}`;
  return page(
    { title: 'Look-ups of the process map that missed, by CPU', facts, width, height, margin },
    ...modes.map((mode, column) =>
      text(mode, { x: leftOf(column), y: 92, 'font-size': 17, 'font-weight': 600 }),
    ),
    ...sizes.flatMap((size, row) => {
      const members = summaries.filter(({ mapEntries }) => mapEntries === size);
      const scale = Math.max(1, ...members.flatMap(({ missesByCpu }) => missesByCpu));
      return members.map((summary) =>
        element(
          'g',
          {
            transform: `translate(${leftOf(modes.indexOf(summary.setting.mode))} ${panel.top + row * panel.distance})`,
          },
          bars(summary, scale),
        ),
      );
    }),
  );
}

const leftOf = (column: number) => margin + column * (panel.width + gap);

/** One setting: a bar for each CPU, as high as `scale` at most. */
function bars({ mapEntries, held, misses, missesByCpu }: Summary, scale: number): string {
  const step = panel.width / missesByCpu.length;
  const share = Math.round((100 * held) / mapEntries);
  const number = (value: number) => value.toLocaleString('en');
  const base = 20 + panel.height;
  return [
    text(`${number(mapEntries)} entries, ${number(held)} in use (${share} %): ${number(misses)} misses`, {
      x: 0,
      y: 12,
    }),
    ...[0, 1].map((end) =>
      text(number(end * scale), {
        x: -6,
        y: base - end * panel.height + 4,
        'text-anchor': 'end',
        'font-size': 10,
        fill: '#6b7280',
      }),
    ),
    element('line', { x1: 0, x2: panel.width, y1: base, y2: base, stroke: '#9ca3af' }),
    ...missesByCpu.map((value, cpu) => {
      const size = (panel.height * value) / scale;
      const at = { x: cpu * step, y: base - size, width: Math.max(0.5, step * 0.8), height: size };
      return value === 0 ? '' : element('rect', { ...at, fill: '#b45309' });
    }),
    text('CPU 0', { x: 0, y: base + 13, 'font-size': 10, fill: '#6b7280' }),
    text(`${missesByCpu.length - 1}`, {
      x: panel.width,
      y: base + 13,
      'text-anchor': 'end',
      'font-size': 10,
      fill: '#6b7280',
    }),
  ].join('');
}
