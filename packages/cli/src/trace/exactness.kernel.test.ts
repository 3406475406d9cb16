import { execFileSync } from 'node:child_process';
import { readFileSync, realpathSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:net';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { useStage } from '../../test/actor.js';
import { problemsOf } from '../../test/schemas.js';
import { type Line, linesOf, spoor } from '../../test/spoor.js';

const stage = useStage();
const runs = Number(process.env['SPOOR_RUNS'] ?? 5);
const servers: Server[] = [];
let port4 = 0;
let port6: number | undefined;

beforeAll(async () => {
  port4 = await listen('127.0.0.1');
  port6 = await listen('::1').catch(() => undefined);
});

afterAll(() => {
  for (const server of servers) server.close();
});

function listen(host: string): Promise<number> {
  const server = createServer((socket) => socket.destroy());
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(0, host, () => {
      servers.push(server);
      resolve((server.address() as { port: number }).port);
    });
  });
}

/**
 * Returns the opens of a dynamically linked program before its main(): the cache of the loader, and
 * the libraries.
 */
function opensOfLoader(program: string): string[] {
  const maps = execFileSync(program, ['-c', 'cat /proc/$$/maps'], { encoding: 'utf8' });
  const files = new Set([...maps.matchAll(/ (\/.+)$/gm)].map(([, path]) => path!));
  files.delete(realpathSync(program));
  // The kernel opens the interpreter during the exec.
  const libraries = [...files].filter((path) => !/\/ld-[^/]+$/.test(path));
  return ['/etc/ld.so.cache', ...libraries];
}

/** Describes everything that one script does, in comparable words. */
interface Deeds {
  readonly execs: string[];
  readonly opens: string[];
  readonly connects: string[];
}

function deedsOf(lines: readonly Line[]): Deeds {
  const of = (event: string, say: (data: Line['data']) => unknown) =>
    lines
      .filter((line) => line.event === event)
      .map(({ data }) => JSON.stringify(say(data)))
      .sort((a, b) => (a < b ? -1 : 1));
  return {
    execs: of('exec', ({ path, argv, argc }) => [path, argv, argc]),
    opens: of('open', ({ path, error }) => [path, error ?? null]),
    connects: of('connect', ({ family, address, port, error }) => [
      family,
      address,
      port ?? null,
      error ?? null,
    ]),
  };
}

it(`reports what a script does and nothing else, ${runs} times out of ${runs}`, {
  timeout: runs * 30_000,
}, async () => {
  const shell = '/bin/sh';
  const loader = opensOfLoader(shell);
  for (let run = 0; run < runs; run++) {
    const { actor, folder } = stage;
    const file = (name: string) => join(folder, `${run}-${name}`);
    // Names with line breaks and control characters.
    const files = [
      file('plain'),
      file('two words'),
      file('line\nbreak'),
      file('\x1b[31mred'),
      file('ü☃'),
      file('"quoted\''),
    ];
    for (const path of files) writeFileSync(path, '');
    const missing = file('missing');
    const quoted = (text: string) => `'${text.replaceAll("'", `'\\''`)}'`;
    const v6 = port6 === undefined ? [] : ['connect6', String(port6)];
    const groups = [
      files.flatMap((path) => ['open', path]),
      ['open', missing, 'create', file('made'), 'exit', '5'],
      ['connect4', String(port4), ...v6, 'connect-unix', file('socket'), 'exit', '6'],
    ];
    const lines = groups.map((group) => [actor, 'do', ...group].map(quoted).join(' '));
    // In sequence, in the background, in a pipe of a subshell, and into a file that the shell
    // opens.
    const script = `${lines[0]}\n(${lines[1]}) &\n${lines[2]} | ${actor} do > ${quoted(file('sink'))}\nwait\nexit 3`;
    const out = file('out.json');
    const { status, stderr } = await spoor([
      'trace',
      '--format',
      'json',
      '--output-file',
      out,
      '--',
      shell,
      '-c',
      script,
    ]);
    expect(stderr).toBe('');
    expect(status).toBe(3);

    const printed = linesOf(readFileSync(out, 'utf8'));
    expect(problemsOf(printed)).toEqual([]);
    const seen = deedsOf(printed);
    const words = (list: unknown[]) =>
      list.map((one) => JSON.stringify(one)).sort((a, b) => (a < b ? -1 : 1));
    expect(seen).toEqual({
      execs: words([
        [realpathSync(shell), [shell, '-c', script], 3],
        ...[...groups, []].map((group) => [actor, [actor, 'do', ...group], group.length + 2]),
      ]),
      opens: words([
        ...loader.map((path) => [path, null]),
        ...files.map((path) => [path, null]),
        // The shell opens this file as the standard input of its background process.
        ['/dev/null', null],
        [missing, 'ENOENT'],
        [file('made'), null],
        [file('sink'), null],
      ]),
      connects: words([
        ['inet', '127.0.0.1', port4, null],
        ...(port6 === undefined ? [] : [['inet6', '::1', port6, null]]),
        ['unix', file('socket'), null, 'ENOENT'],
      ]),
    });
  }
});
