/** Tests that the examples in the TSDoc of a package compile and run. */
import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { run } from './run.mjs';
import { inRoot, readManifest } from './workspace.mjs';

interface Example {
  /** The place: `trace.ts: trace`. */
  readonly title: string;
  /** The name that the comment belongs to. */
  readonly name: string;
  readonly code: string;
}

interface ExampleTestOptions {
  /**
   * Statements by the name that they declare. An example that uses the name without declaring it
   * gets the statement in front.
   */
  readonly given?: Readonly<Record<string, string>>;
  /** Exported functions that need no example. */
  readonly without?: readonly string[];
  /** Writes the files that examples read. It runs in their folder, which is new and empty. */
  readonly prepare?: () => void | Promise<void>;
}

const comment =
  /\/\*\*(?<text>(?:(?!\*\/)[\s\S])*)\*\/\s*(?:export )?(?:declare |abstract |async )*(?:(?:function\*?|class|const|interface|type|get) )?\[?(?<name>[\w.]+)/g;
const block = /@example(?:\n```ts\n(?<code>[\s\S]*?)\n```)?/g;

/** A line whose comment is a value: `camelCase('a_b'); // 'aB'`. */
const claim =
  /^(?!(?:const|let|type) )(?:console\.log\((.+)\)|((?!.*console\.log)\w.*)); \/\/ (-?\d\w*|'.*'|\[.*\]|true|false|undefined)$/gm;

/** Expects the values of comments. */
const checked = (code: string) => code.replace(claim, 'expectValue($1$2).toEqual($3);');

/** Returns the `@example` blocks of a source file. */
function examplesOf(path: string, source: string): Example[] {
  return [...source.matchAll(comment)].flatMap(({ groups }) => {
    const { text = '', name = '' } = groups ?? {};
    const lines = text.split('\n').map((line) => line.replace(/^\s*\* ?/, ''));
    return [...lines.join('\n').matchAll(block)].map(({ groups: found }, index) => {
      const title = `${path}: ${name}${index === 0 ? '' : ` (${index + 1})`}`;
      const code = found?.['code'];
      if (code === undefined) throw new Error(`${title}: no \`\`\`ts block follows @example`);
      return { title, name, code };
    });
  });
}

const uses = (code: string, name: string) => new RegExp(`(?<![\\w.'"])${name}(?![\\w'"])`).test(code);
const declares = (code: string, name: string) =>
  new RegExp(`(?:const|let|using|function|class) (?:\\{[^}]*\\b)?${name}\\b|import [^;]*\\b${name}\\b`).test(
    code,
  );

/**
 * Defines tests of the TSDoc examples of a package. What an example uses of its package is imported
 * for it. A comment that is a value must be the value of its line. The examples run in an empty
 * folder. Those of `*.kernel.test.ts` files may load BPF programs.
 *
 *     await exampleTest(new URL('..', import.meta.url));
 */
export async function exampleTest(packageUrl: URL, options: ExampleTestOptions = {}): Promise<void> {
  const { given = {}, without = [], prepare } = options;
  const folder = fileURLToPath(packageUrl);
  const manifest = readManifest(relative(inRoot(), folder));
  const values = new Map<string, { entry: string; isFunction: boolean }>();
  for (const [entry, target] of Object.entries(manifest.exports ?? {})) {
    const source = (target as { readonly '@spoor/source'?: string })['@spoor/source'];
    if (source === undefined) continue;
    const specifier = join(manifest.name, entry);
    const module: Record<string, unknown> = await import(/* @vite-ignore */ join(folder, source));
    for (const [name, value] of Object.entries(module)) {
      const isFunction =
        typeof value === 'function' && !/^class\b/.test(String(value)) && !entry.endsWith('/testing');
      if (!values.has(name)) values.set(name, { entry: specifier, isFunction });
    }
  }
  const examples = readdirSync(join(folder, 'src'), { recursive: true, encoding: 'utf8' })
    .filter((path) => path.endsWith('.ts') && !path.endsWith('.test.ts'))
    .sort()
    .flatMap((path) => examplesOf(path, readFileSync(join(folder, 'src', path), 'utf8')));

  const scratch = join(folder, `.examples-${process.pid}`);
  const initialFolder = process.cwd();
  const fileOf = (index: number) => join(scratch, `example-${index}.ts`);

  function programOf({ code }: Example): string {
    const needed = Object.entries(given).filter(([name]) => uses(code, name) && !declares(code, name));
    const body = [...needed.map(([, statement]) => statement), checked(code)].join('\n');
    const own = [...values].flatMap(([name, { entry }]) =>
      uses(body, name) && !declares(body, name) ? [`import { ${name} } from '${entry}';`] : [],
    );
    const imports = ["import { expect as expectValue } from 'vitest';", ...own];
    return `${[...imports, body].join('\n')}\nexport {};\n`;
  }

  describe(`examples of ${manifest.name}`, () => {
    beforeAll(async () => {
      mkdirSync(join(scratch, 'run'), { recursive: true });
      const compilerOptions = { noUnusedLocals: false, noUnusedParameters: false };
      const extended = relative(scratch, inRoot('tsconfig.json'));
      const settings = { extends: extended, compilerOptions, include: ['*.ts'], exclude: [] };
      writeFileSync(join(scratch, 'tsconfig.json'), JSON.stringify(settings));
      for (const [index, example] of examples.entries()) writeFileSync(fileOf(index), programOf(example));
      process.chdir(join(scratch, 'run'));
      await prepare?.();
    });
    afterAll(() => {
      process.chdir(initialFolder);
      rmSync(scratch, { recursive: true, force: true });
    });

    test('every public function has one', () => {
      const named = new Set(examples.map(({ name }) => name));
      const functions = [...values].filter(([, { isFunction }]) => isFunction).map(([name]) => name);
      expect(functions.filter((name) => !named.has(name) && !without.includes(name))).toEqual([]);
    });

    test('all compile', async () => {
      const { output } = await run('tsc', ['-p', join(scratch, 'tsconfig.json'), '--pretty', 'false']);
      expect(output.replaceAll(/^.*example-(\d+)\.ts/gm, (_, index) => examples[index]!.title)).toBe('');
    });

    test.each(examples.map((example, index) => ({ ...example, index })))('$title runs', async ({ index }) => {
      vi.spyOn(console, 'log').mockImplementation(() => undefined);
      vi.spyOn(console, 'error').mockImplementation(() => undefined);
      try {
        await import(/* @vite-ignore */ fileOf(index));
      } finally {
        vi.restoreAllMocks();
      }
    });
  });
}
