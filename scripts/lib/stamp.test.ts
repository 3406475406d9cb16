import { mkdir, mkdtemp, rm, utimes, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { contentStamp, filesBelow, sourcesOf, statStamp, unlessPassed } from './stamp.mjs';

let tree: string;
const stamp = () => contentStamp(tree, sourcesOf(tree));
const write = (name: string, text: string) => writeFile(join(tree, name), text);

beforeEach(async () => {
  tree = await mkdtemp(join(tmpdir(), 'spoor-stamp-'));
  await mkdir(join(tree, 'dist'));
  await mkdir(join(tree, 'src'));
  await write('src/a.ts', 'a');
  await write('src/b.ts', 'b');
});
afterEach(() => rm(tree, { recursive: true }));

describe('the stamp of sources', () => {
  test('changes with a content, a name, a new file and a removed one', async () => {
    const stamps = [stamp()];
    await write('src/a.ts', 'A');
    stamps.push(stamp());
    await write('src/c.ts', 'a');
    stamps.push(stamp());
    await rm(join(tree, 'src/b.ts'));
    stamps.push(stamp());
    expect(new Set(stamps).size).toBe(4);
  });

  test('knows where one file ends and the next begins', async () => {
    const before = stamp();
    await write('src/a.ts', 'asrc/b.ts');
    await write('src/b.ts', '');
    expect(stamp()).not.toBe(before);
  });

  test('does not change with time, tests, pages or outputs', async () => {
    const before = stamp();
    await utimes(join(tree, 'src/a.ts'), 1, 1);
    await write('src/a.test.ts', 'test');
    await write('src/a.kernel.test.ts', 'test');
    await mkdir(join(tree, 'test'));
    await write('test/fixture.ts', 'test');
    await write('README.md', 'page');
    await write('api.txt', 'report');
    await write('dist/a.js', 'built');
    expect(stamp()).toBe(before);
    await mkdir(join(tree, 'src/build'));
    await write('src/build/plan.ts', 'a folder of sources, whatever its name');
    expect(stamp()).not.toBe(before);
  });

  test('tells an absent file from an empty one', async () => {
    const path = join(tree, 'maybe');
    const absent = contentStamp(tree, [path]);
    await write('maybe', '');
    expect(contentStamp(tree, [path])).not.toBe(absent);
  });
});

describe('the stamp of outputs', () => {
  const outputs = () => statStamp(tree, filesBelow(join(tree, 'dist')));

  test('changes when a file is removed, or written again with the same size', async () => {
    await write('dist/a.js', '1');
    await utimes(join(tree, 'dist/a.js'), 1, 1);
    const first = outputs();
    await utimes(join(tree, 'dist/a.js'), 2, 2);
    const second = outputs();
    await rm(join(tree, 'dist/a.js'));
    expect(new Set([first, second, outputs()]).size).toBe(3);
  });
});

test('a check runs again until it passes, and after a change', async () => {
  const path = join(tree, 'passed', 'lint');
  const runs: string[] = [];
  const run = (content: string, ok: boolean) =>
    unlessPassed(path, content, async () => {
      runs.push(`${content} ${ok}`);
      return { ok, output: '' };
    });
  await run('a', false);
  await run('a', true);
  expect(await run('a', false)).toEqual({ ok: true, output: '' });
  await run('b', false);
  await run('a', true);
  expect(runs).toEqual(['a false', 'a true', 'b false', 'a true']);
});
