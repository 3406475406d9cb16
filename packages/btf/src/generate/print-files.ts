import { describeLayout } from '../layout.js';
import { type Collected, kindsOf } from './collect.js';
import { pascalCase } from './names.js';
import { imports, list, object, quote, SchemaPrinter } from './print.js';

/** The text of each file, without its first line; files that would hold nothing are left out. */
export function printFiles(collected: Collected): Readonly<Record<string, string>> {
  const files: Record<string, string> = {
    'enums.ts': printEnums(collected),
    'structs.ts': printStructs(collected),
    'maps.ts': printMaps(collected),
    'constants.ts': printConstants(collected),
    'names.ts': printNames(collected),
    'events.ts': printEvents(collected),
  };
  const full = Object.entries(files).filter(([, text]) => text !== '');
  const index = full.map(([file]) => `export * from './${file.replace('.ts', '.js')}';\n`).sort();
  return Object.fromEntries([...full, ['index.ts', index.join('')]]);
}

function printEnums({ enums }: Collected): string {
  return paragraphs(
    enums.flatMap((layout) => {
      const type = pascalCase(layout.name);
      const names = `${type.charAt(0).toLowerCase()}${type.slice(1)}Names`;
      const kinds = kindsOf(layout);
      const table = new Map(kinds.map(({ value, name }) => [value, name] as const).reverse());
      const sorted = [...table].sort(([a], [b]) => a - b);
      const values = Object.entries(layout.values).map(([name, value]) => [name, String(value)] as const);
      return [
        `/** \`enum ${layout.name}\` */\nexport const ${type} = ${object(values)} as const;`,
        `export type ${type} = (typeof ${type})[keyof typeof ${type}];`,
        `export type ${type}Name =${unionOf(kinds.map(({ name }) => name))};`,
        `/** The name of each value; values that the object does not know have none. */
export const ${names}: Readonly<Record<number, ${type}Name>> = ${object(
          sorted.map(([value, name]) => [String(value), quote(name)]),
        )};`,
      ];
    }),
  );
}

function printStructs({ structs }: Collected): string {
  if (structs.length === 0) return '';
  const printer = new SchemaPrinter();
  const texts = structs.map((layout) => {
    const type = pascalCase(layout.name);
    return `/** \`${describeLayout(layout)}\`: ${layout.size} bytes. */
export const ${type} = ${printer.define(layout)};
export type ${type} = Static<typeof ${type}>;`;
  });
  const head = `import { ctype } from '@spoor/btf';\nimport type { Static } from 'typebox';\n`;
  return `${head}${imports(printer.enums, './enums.js')}\n${paragraphs(texts)}`;
}

function printMaps({ maps }: Collected): string {
  const typed = maps.filter(({ value }) => value !== undefined);
  if (typed.length === 0) return '';
  const printer = new SchemaPrinter();
  const entries = typed.map(({ name, key, value }) => {
    const sides = Object.entries({ key, value }).flatMap(([side, layout]) =>
      layout === undefined ? [] : [`${side}: ${printer.print(layout)}`],
    );
    return [name, `{ ${sides.join(', ')} }`] as const;
  });
  return `${schemaImports(printer)}/** Maps by name, with the schemas of what they hold; rings and maps of maps hold nothing typed. */
export const maps = ${object(entries)};
`;
}

function printConstants({ constants }: Collected): string {
  if (constants.length === 0) return '';
  const printer = new SchemaPrinter();
  const entries = constants.map(({ name, layout }) => [name, printer.print(layout)] as const);
  return `${schemaImports(printer)}/** Read-only constants that can be set between open and load. */
export const constants = ${object(entries)};
export type ConstantName = keyof typeof constants;
`;
}

function printNames({ maps, programs, events, filterKinds }: Collected): string {
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

function printEvents({ events }: Collected): string {
  if (events.length === 0) return '';
  const entries = events.map(({ name, kind, layout }) => {
    return [name, `{ kind: ${kind}, schema: ${pascalCase(layout.name)} }`] as const;
  });
  const types = events.map(
    ({ name, layout }) => `  ${object([[name, pascalCase(layout.name)]]).slice(4, -3)};\n`,
  );
  const names = events.map(({ layout }) => pascalCase(layout.name));
  return `${imports(names, './structs.js')}
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
