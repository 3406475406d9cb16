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

function formatted(value: string | number): string {
  return typeof value === 'number' ? `${Math.round(value * 100) / 100}` : value;
}

const entities: Readonly<Record<string, string>> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;' };

function escaped(value: string): string {
  return value.replace(/[&<>"]/g, (character) => entities[character]!);
}
