import { execFileSync } from 'node:child_process';
import { mkdtempSync, realpathSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, it } from 'vitest';
import { act } from '../../test/act.js';
import { trace } from '../index.js';

const kinds = ['map-exec'] as const;

const folder = mkdtempSync(join(realpathSync(tmpdir()), 'spoor-shared-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

function buildSharedObject(name: string): string {
  const path = join(folder, name);
  const source = 'int answer(void) { return 42; }\n';
  execFileSync('clang', ['-shared', '-fPIC', '-x', 'c', '-', '-o', path], { input: source });
  return path;
}

it('map-exec: reports shared objects that a program loads, and what the dynamic linker maps', async () => {
  const path = buildSharedObject('answer.so');
  const { data, lines } = await act({
    kinds,
    before: '#include <dlfcn.h>',
    main: `
      void *object = dlopen("${path}", RTLD_NOW);
      int (*answer)(void) = (int (*)(void))dlsym(object, "answer");
      if (answer() != 42)
        return 1;
      dlclose(object);
      dlopen("${path}", RTLD_NOW);`,
  });
  const paths = data.map((event) => event['path']);
  expect(paths.filter((one) => one === path)).toHaveLength(1);
  expect(paths).toContainEqual(expect.stringMatching(/\/libc[.-]/));
  const event = data.find((one) => one['path'] === path);
  expect(event).toMatchObject({ call: 'mmap', inode: String(statSync(path).ino) });
  for (const { flags } of lines) expect(flags).toEqual(['new-process']);
});

it('map-exec: reports a native add-on that Node.js loads in its own threads, flagged racy', async () => {
  const path = buildSharedObject('add-on.node');
  const found: unknown[] = [];
  const script = `try { process.dlopen({ exports: {} }, ${JSON.stringify(path)}); } catch {}`;
  await using tracer = await trace({
    command: [process.execPath, '-e', script],
    events: kinds,
    scopes: ['add-on: map-exec.path=*.node'],
    spawn: { stdio: 'inherit' },
  });
  await tracer.each((event) => {
    if (event.kind === 'map-exec' && event.path === path)
      found.push((JSON.parse(JSON.stringify(event)) as { flags: unknown }).flags);
  });
  expect(await tracer.exit).toEqual({ code: 0, signal: null });
  expect(found).toEqual([expect.arrayContaining(['racy'])]);
});
