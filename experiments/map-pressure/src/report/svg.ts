/** Just enough of SVG: elements as text, attributes escaped. */
export function element(
  name: string,
  attributes: Readonly<Record<string, string | number>>,
  ...children: readonly string[]
): string {
  const written = Object.entries(attributes).map(([key, value]) => ` ${key}="${escaped(formatted(value))}"`);
  if (children.length === 0) return `<${name}${written.join('')}/>`;
  return `<${name}${written.join('')}>${children.join('')}</${name}>`;
}

/** Text at a point; `attributes` may anchor it. */
export function text(content: string, attributes: Readonly<Record<string, string | number>>): string {
  return element('text', attributes, escaped(content));
}

export interface Page {
  readonly title: string;
  /** A line below the title: what was run, where. */
  readonly facts: string;
  readonly width: number;
  readonly height: number;
  readonly margin: number;
}

/** A whole picture, with its heading. */
export function page({ title, facts, width, height, margin }: Page, ...children: readonly string[]): string {
  return element(
    'svg',
    {
      xmlns: 'http://www.w3.org/2000/svg',
      viewBox: `0 0 ${width} ${height}`,
      width,
      height,
      'font-family': 'system-ui, Helvetica, Arial, sans-serif',
      'font-size': 12,
      fill: '#1f2937',
    },
    element('title', {}, title),
    element('rect', { width, height, fill: '#ffffff' }),
    text(title, { x: margin, y: 40, 'font-size': 21, 'font-weight': 600 }),
    text(facts, { x: margin, y: 63, 'font-size': 13, fill: '#4b5563' }),
    ...children,
  );
}

function formatted(value: string | number): string {
  return typeof value === 'number' ? `${Math.round(value * 100) / 100}` : value;
}

const entities: Readonly<Record<string, string>> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;' };

function escaped(value: string): string {
  return value.replace(/[&<>"]/g, (character) => entities[character]!);
}
