import { defaultKinds, eventGroups, eventKinds } from '@spoor/bpf';
import { columns, wrap } from '../args/help.js';
import type { Usage } from '../args/option.js';
import type { Arguments } from '../args/parse.js';
import { readChoice } from '../args/values.js';
import { exitStatus } from '../exit-status.js';
import type { Io } from '../io.js';
import type { Style } from '../output/style.js';
import type { Subcommand } from '../subcommand.js';

const usage: Usage = {
  name: 'list',
  summary: 'List the events that spoor can trace, or the filters of scopes.',
  synopsis: 'events|filters [--json]',
  positionals: { name: 'events or filters', min: 1, max: 1 },
  options: [{ name: 'json', help: 'Print JSON. Events include the JSON Schema of their lines.' }],
  examples: [
    ['spoor list events', 'Show the values of --events and the fields of each event.'],
    ['spoor list filters --json', 'Print the filters as JSON.'],
  ],
};

/** A list: rows for people, and all of it for programs. */
interface Listing {
  readonly json: readonly unknown[];
  text(style: Style): string;
}

const listings = { events: listEvents, filters: listFilters } as const;

async function run(args: Arguments, io: Io): Promise<number> {
  const what = readChoice(['events', 'filters'])(args.positionals[0]!, 'spoor list');
  const { json, text } = await listings[what]();
  const { sink, style } = io.out;
  sink.write(args.has('json') ? `${JSON.stringify(json, null, 2)}\n` : text(style));
  return exitStatus.ok;
}

async function listEvents(): Promise<Listing> {
  const { eventSchemas, eventFlagTexts, qualifyingFlags, truncatedText, untracedCalls } = await import(
    '@spoor/event/schemas'
  );
  const events = eventKinds.map((event) => {
    const schema = eventSchemas[event] as unknown as LineSchema;
    const { properties = {} } = schema.properties.data;
    const flags = qualifyingFlags(event);
    const isDefault = defaultKinds.includes(event);
    const groups = groupsOf(event);
    const notes = [
      `${groups.length === 1 ? 'Group' : 'Groups'}: ${groups.join(', ')}. ` +
        (isDefault ? 'On by default.' : `Only if it is named: --events default,${event}.`),
      ...(schema.$comment?.split('\n') ?? []),
      ...(flags.length === 0 ? [] : [`Flags of this event: ${flags.join(', ')}.`]),
    ];
    return { event, description: schema.description ?? '', groups, isDefault, notes, properties, schema };
  });
  return {
    json: events.map(({ event, description, groups, isDefault, schema }) => ({
      event,
      description,
      groups,
      default: isDefault,
      schema,
    })),
    text: (style) =>
      [
        ...events.map(({ event, description, notes, properties }) => {
          const fields = Object.entries(properties)
            .filter(([name]) => !/(Raw|Truncated)$/.test(name) || name === 'argvTruncated')
            .map(([name, field]) => [name, field.description ?? ''] as const);
          const paragraphs = notes.flatMap((note) => wrap(note, '  ')).map((line) => `${line}\n`);
          return `${heading(event, description, style)}${paragraphs.join('')}${columns(fields)}`;
        }),
        flagsText(style, { ...eventFlagTexts, truncated: truncatedText }),
        `${style.bold('not traced')}: System calls without an event.\n${columns(Object.entries(untracedCalls))}`,
      ].join('\n'),
  };
}

/** The groups of `--events` that have this event. */
function groupsOf(event: (typeof eventKinds)[number]): readonly string[] {
  return Object.entries(eventGroups).flatMap(([group, kinds]: [string, readonly string[]]) =>
    kinds.includes(event) ? [group] : [],
  );
}

/** Formats a name and its meaning, wrapped to the width of the help. */
function heading(name: string, meaning: string, style: Style): string {
  const [first = '', ...rest] = wrap(`${name}: ${meaning}`, '  ');
  return [style.bold(name) + first.trimStart().slice(name.length), ...rest, ''].join('\n');
}

/** Formats the flags that every event can have, and how a condition queries them. */
function flagsText(style: Style, texts: Readonly<Record<string, string>>): string {
  const asked =
    'In a condition, each flag is a field of the event with the value 0 or 1: open.racy=0, exec.userMemory=1.';
  const paragraph = wrap(asked, '  ').map((line) => `${line}\n`);
  return `${style.bold('flags')}: Facts about how an event was recorded.\n${paragraph.join('')}${columns(Object.entries(texts))}`;
}

/** The part of an event schema that is printed. */
interface LineSchema {
  readonly description?: string;
  readonly $comment?: string;
  readonly properties: {
    readonly data: {
      readonly properties?: Readonly<Record<string, { readonly description?: string }>>;
    };
  };
}

async function listFilters(): Promise<Listing> {
  const { filterKinds } = await import('@spoor/filter');
  const filters = Object.entries(filterKinds).map(([filter, kind]) => {
    const { summary, expected, operators, examples } = kind;
    return { filter, summary, expected, operators: [...operators], examples: [...examples] };
  });
  return {
    json: filters,
    text: (style) =>
      filters
        .map(({ filter, summary, expected, operators, examples }) =>
          [
            heading(filter, summary, style),
            columns([
              ['values', operators.length === 0 ? expected : `${operators.join(' ')} and ${expected}`],
              ['examples', examples.join('   ')],
            ]),
          ].join(''),
        )
        .join('\n'),
  };
}

export const listCommand: Subcommand = { usage, run };
