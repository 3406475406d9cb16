import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { afterAll, beforeAll, expect, test } from 'vitest';

const project = fileURLToPath(new URL('..', import.meta.url));
let folder: string;

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'spoor-codec-'));
  const tsc = join(dirname(createRequire(import.meta.url).resolve('typescript/package.json')), 'bin/tsc');
  execFileSync(process.execPath, [
    tsc,
    '-p',
    project,
    '--outDir',
    folder,
    '--declaration',
    'false',
    '--declarationMap',
    'false',
  ]);
  writeFileSync(join(folder, 'package.json'), '{"type":"module"}');
  symlinkSync(join(project, 'node_modules'), join(folder, 'node_modules'));
}, 60_000);
afterAll(() => rmSync(folder, { recursive: true }));

const script = (entry: string) => `
import { ctype, compileCodec } from ${JSON.stringify(entry)};
let forbidden = false;
try { new Function(''); } catch { forbidden = true; }
const Task = ctype.struct('task', 24, { tgid: [0, ctype.u32], start_time_ns: [8, ctype.u64], comm: [16, ctype.chars(8)] });
const codec = compileCodec(Task.layout);
const { startTimeNs, ...rest } = codec.decode(codec.encode({ tgid: 7, startTimeNs: 2n ** 63n, comm: 'node' }));
let refused = '';
try { codec.encode({ tgid: -1 }); } catch (error) { refused = error.message; }
console.log(JSON.stringify({ forbidden, startTimeNs: String(startTimeNs), ...rest, refused }));
`;

test.each([
  [true, ['--disallow-code-generation-from-strings']],
  [false, []],
])('a process that forbids code generation (%s) reads and writes the same', (forbidden, flags) => {
  const entry = pathToFileURL(join(folder, 'index.js')).href;
  const args = [...flags, '--input-type=module', '--eval', script(entry)];
  expect(JSON.parse(execFileSync(process.execPath, args, { encoding: 'utf8' }))).toEqual({
    forbidden,
    startTimeNs: String(2n ** 63n),
    tgid: 7,
    comm: 'node',
    refused: 'task.tgid: expected an integer from 0 to 2^32 - 1, got -1',
  });
});
