import { helpOption, type Option, type Usage } from './option.js';

const width = 100;

/** Returns the text of `spoor NAME --help`. */
export function helpText(usage: Usage): string {
  const options = [...usage.options, helpOption];
  const advanced = options.filter((option) => option.advanced);
  const sections = [
    `${wrap(usage.summary, '').join('\n')}\n`,
    `Usage: spoor ${usage.name} ${usage.synopsis}\n`,
    `Options:\n${optionRows(options.filter((option) => !option.advanced))}`,
    ...(advanced.length === 0 ? [] : [`Advanced:\n${optionRows(advanced)}`]),
    ...[...aliasNotes(options), ...(usage.notes ?? [])].map((note) => wrap(note, '').join('\n').concat('\n')),
    `Examples:\n${usage.examples.map(([command, what]) => `  ${command}\n      ${what}\n`).join('')}`,
  ];
  return sections.join('\n');
}

const optionRows = (options: readonly Option[]) =>
  columns(options.map((option) => [spelling(option), option.help]));

/** One line that lists the old names; nothing if there are none. */
function aliasNotes(options: readonly Option[]): readonly string[] {
  const old = options.flatMap(({ name, aliases = [] }) => aliases.map((alias) => `--${alias} for --${name}`));
  return old.length === 0 ? [] : [`Old names still work: ${old.join(', ')}.`];
}

/** Formats two columns. The right one wraps below itself. */
export function columns(rows: readonly (readonly [left: string, right: string])[]): string {
  const indent = Math.min(28, Math.max(...rows.map(([left]) => left.length)) + 4);
  return rows
    .map(([left, right]) => {
      const lines = wrap(right, ' '.repeat(indent));
      const first = `  ${left}`;
      if (first.length >= indent) return [first, ...lines].join('\n');
      return [first.padEnd(indent) + lines[0]!.trimStart(), ...lines.slice(1)].join('\n');
    })
    .join('\n')
    .concat('\n');
}

function spelling({ name, short, value }: Option): string {
  const long = value === undefined ? `--${name}` : `--${name} ${value}`;
  return short === undefined ? long : `-${short}, ${long}`;
}

/** Breaks a text into lines of at most `width` characters, indentation included. */
export function wrap(text: string, indent: string): string[] {
  const lines: string[] = [];
  let line = '';
  for (const word of text.split(' ')) {
    if (line !== '' && indent.length + line.length + 1 + word.length > width) {
      lines.push(indent + line);
      line = '';
    }
    line += line === '' ? word : ` ${word}`;
  }
  lines.push(indent + line);
  return lines;
}
