import { describeLayout } from '../layout.js';
import { type Collected, isPerCpu, kindsOf } from './collect.js';
import { commentText } from './names.js';
import { imports, list, object, quote, SchemaPrinter } from './print.js';
import { type NamedLayout, TypeNames } from './type-names.js';

/** Names that the files declare or import. */
const ownNames = [
  'ConstantName',
  'MapName',
  'ProgramName',
  'Readonly',
  'Record',
  'Static',
  'constants',
  'ctype',
  'eventKinds',
  'events',
  'filterKinds',
  'mapNames',
  'maps',
  'programs',
];
const eventNames = ['Event', 'EventParts'];

/** `originNames`, of the enum `Origin`. */
const namesOf = (type: string): string => `${type.charAt(0).toLowerCase()}${type.slice(1)}Names`;

const declared = ({ kind }: NamedLayout, name: string): readonly string[] =>
  kind === 'enum' ? [name, `${name}Name`, namesOf(name)] : [name];

/** All that is printed, and the names of its types. */
interface Content extends Collected {
  readonly names: TypeNames;
}

/** The text of each file, without its first line; files that would hold nothing are left out. */
export function printFiles(collected: Collected): Readonly<Record<string, string>> {
  const { structs, enums, events, leftOut } = collected;
  const taken = events.length === 0 ? ownNames : [...ownNames, ...eventNames];
  const content = { ...collected, names: new TypeNames([...enums, ...structs], { taken, declared }) };
  const files: Record<string, string> = {
    'enums.ts': printEnums(content),
    'structs.ts': printStructs(content),
    'maps.ts': printMaps(content),
    'constants.ts': printConstants(content),
    'names.ts': printNames(content),
    'events.ts': printEvents(content),
  };
  const full = Object.entries(files).filter(([, text]) => text !== '');
  const index = full.map(([file]) => `export * from './${file.replace('.ts', '.js')}';\n`).sort();
  return Object.fromEntries([...full, ['index.ts', `${leftOutComment(leftOut)}${index.join('')}`]]);
}

/** A comment with what has no place in the text. */
export function leftOutComment(leftOut: readonly string[]): string {
  if (leftOut.length === 0) return '';
  return `${['Left out:', ...leftOut].map((line) => `// ${commentText(line)}\n`).join('')}\n`;
}

function printEnums({ enums, names }: Content): string {
  return paragraphs(
    enums.flatMap((layout) => {
      const type = names.of(layout);
      const kinds = kindsOf(layout);
      const table = new Map(kinds.map(({ value, name }) => [value, name] as const).reverse());
      const sorted = [...table].sort(([a], [b]) => a - b);
      const values = Object.entries(layout.values).map(([name, value]) => [name, String(value)] as const);
      return [
        `/** \`${commentText(describeLayout(layout))}\` */\nexport const ${type} = ${object(values)} as const;`,
        `export type ${type} = (typeof ${type})[keyof typeof ${type}];`,
        `export type ${type}Name =${unionOf(kinds.map(({ name }) => name))};`,
        `/** The name of each value; values that the object does not know have none. */
export const ${namesOf(type)}: Readonly<Record<number, ${type}Name>> = ${object(
          sorted.map(([value, name]) => [String(value), quote(name)]),
        )};`,
      ];
    }),
  );
}

function printStructs({ structs, names }: Content): string {
  if (structs.length === 0) return '';
  const printer = new SchemaPrinter(names);
  const texts = structs.map((layout) => {
    const type = names.of(layout);
    return `/** \`${commentText(describeLayout(layout))}\`: ${layout.size} bytes. */
export const ${type} = ${printer.define(layout)};
export type ${type} = Static<typeof ${type}>;`;
  });
  const head = `import { ctype } from '@spoor/btf';\nimport type { Static } from 'typebox';\n`;
  return `${head}${imports(printer.enums, './enums.js')}\n${paragraphs(texts)}`;
}

function printMaps({ maps, names }: Content): string {
  const typed = maps.filter(({ value }) => value !== undefined);
  if (typed.length === 0) return '';
  const printer = new SchemaPrinter(names);
  const entries = typed.map((map) => {
    const { name, key, value } = map;
    const sides = Object.entries({ key, value }).flatMap(([side, layout]) =>
      layout === undefined ? [] : [`${side}: ${printer.print(layout)}`],
    );
    if (isPerCpu(map)) sides.push('perCpu: true as const');
    return [name, `{ ${sides.join(', ')} }`] as const;
  });
  return `${schemaImports(printer)}/** Maps by name, with the schemas of what they hold; rings and maps of maps hold nothing typed. */
export const maps = ${object(entries)};
`;
}

function printConstants({ constants, names }: Content): string {
  if (constants.length === 0) return '';
  const printer = new SchemaPrinter(names);
  const entries = constants.map(({ name, layout }) => [name, printer.print(layout)] as const);
  return `${schemaImports(printer)}/** Read-only constants that can be set between open and load. */
export const constants = ${object(entries)};
export type ConstantName = keyof typeof constants;
`;
}

function printNames({ maps, programs, events, filterKinds }: Content): string {
  const lists: readonly (readonly [name: string, type: string, values: readonly string[]])[] = [
    ['mapNames', 'MapName', maps.map(({ name }) => name)],
    ['eventKinds', '', events.map(({ name }) => name)],
    ['filterKinds', '', filterKinds],
  ];
  const texts = lists
    .filter(([, , values]) => values.length > 0)
    .map(([name, type, values]) => {
      const array = `${list(`export const ${name} = [`, values.map(quote), '] as const;')}`;
      return type === '' ? array : `${array}\nexport type ${type} = (typeof ${name})[number];`;
    });
  if (programs.length > 0) {
    const sections = programs.map(({ name, section }) => [name, quote(section)] as const);
    texts.push(`/** Programs by name, with the section that says what they attach to. */
export const programs = ${object(sections)} as const;
export type ProgramName = keyof typeof programs;`);
  }
  return paragraphs(texts);
}

function printEvents({ events, names }: Content): string {
  if (events.length === 0) return '';
  const entries = events.map(({ name, kind, layout }) => {
    return [name, `{ kind: ${kind}, schema: ${names.of(layout)} }`] as const;
  });
  const types = events.map(({ name, layout }) => `  ${object([[name, names.of(layout)]]).slice(4, -3)};\n`);
  const structs = events.map(({ layout }) => names.of(layout));
  return `${imports(structs, './structs.js')}
/**
 * The event catalogue: the number of each kind, and the schema of the fixed part of its records.
 */
export const events = ${object(entries)} as const;

/** The fixed part of each kind of event. */
export interface EventParts {
${types.join('')}}

/** The fixed part of an event, told apart by the name of its kind. */
export type Event<Kind extends keyof EventParts = keyof EventParts> = {
  [K in Kind]: { kind: K } & EventParts[K];
}[Kind];
`;
}

function schemaImports(printer: SchemaPrinter): string {
  const words = printer.words ? `import { ctype } from '@spoor/btf';\n` : '';
  return `${words}${imports(printer.enums, './enums.js')}${imports(printer.structs, './structs.js')}\n`;
}

function unionOf(names: readonly string[]): string {
  if (names.length === 0) return ' never';
  const line = [...new Set(names)].map(quote).join(' | ');
  return line.length <= 80 ? ` ${line}` : `\n  | ${line.replaceAll(' | ', '\n  | ')}`;
}

const paragraphs = (texts: readonly string[]): string =>
  texts.length === 0 ? '' : `${texts.join('\n\n')}\n`;
