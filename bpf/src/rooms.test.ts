import { execFileSync } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { type Layout, type ObjectFile, readObject } from '@spoor/btf';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { eventKinds, events, lifecycleKinds, mapNames, maps, objectPath } from './index.js';

const root = fileURLToPath(new URL('..', import.meta.url));
const rooms = ['lib', 'maps', 'filters', 'events', 'programs'] as const;
const sources = rooms.flatMap((room) => readdirSync(join(root, room)).map((file) => join(room, file)));
const read = (file: string) => readFileSync(join(root, file), 'utf8');

describe('rooms of the kernel side', () => {
  const allowed: Record<string, readonly string[]> = {
    lib: ['lib'],
    maps: ['lib', 'maps', 'filters', 'events'],
    filters: ['lib', 'maps', 'filters', 'events'],
    events: ['lib', 'maps', 'filters', 'events'],
    programs: rooms,
  };

  it.each(sources)('%s includes only what its room may', (file) => {
    const includes = [...read(file).matchAll(/^#include "([^"]+)"/gm)].map(([, path]) =>
      join(dirname(file), path!),
    );
    expect(includes.filter((path) => !allowed[dirname(file)]!.includes(path.split('/')[0]!))).toEqual([]);
  });
});

/**
 * Process state has one way in. A second look-up would be one more place that forgets on a miss.
 */
describe('proc_info', () => {
  const home = 'proc_info.h';

  it('is named as a map in one header only', () => {
    expect(sources.filter((file) => /&proc_info\b/.test(read(file)))).toEqual([`maps/${home}`]);
  });

  let folder: string;
  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), 'spoor-rooms-'));
  });
  afterAll(() => rmSync(folder, { recursive: true }));

  it('is used by no instruction of the object that comes from elsewhere', () => {
    const object = join(folder, 'spoor.bpf.o');
    const include = ['-I', root, '-D__TARGET_ARCH_x86', '-Wno-initializer-overrides'];
    execFileSync(
      'clang',
      ['-g', '-O2', '-target', 'bpf', '-mcpu=v3', ...include, '-c', 'spoor.bpf.c', '-o', object],
      {
        cwd: root,
      },
    );
    const listing = execFileSync('llvm-objdump', ['-d', '-r', '-l', object], {
      encoding: 'utf8',
      maxBuffer: 1 << 28,
    });
    const homes: string[] = [];
    let line = '';
    for (const text of listing.split('\n')) {
      const source = text.match(/^; (\/.*):\d+$/)?.[1];
      if (source !== undefined) line = basename(source);
      if (/R_BPF_64_64\s+proc_info$/.test(text)) homes.push(line);
    }
    expect(homes.length).toBeGreaterThan(3);
    expect(homes.filter((name) => name !== home)).toEqual([]);
  }, 120_000);
});

describe('the objects', () => {
  const all = readObject(objectPath());
  const sizesIn = (object: ObjectFile, layouts: readonly Layout[]) =>
    layouts.flatMap((layout) =>
      layout.kind === 'struct' ? [[layout.name, object.btf.findStruct(layout.name)?.size]] : [],
    );
  const layoutsOf = (kinds: readonly (typeof eventKinds)[number][], names: readonly string[]) => [
    ...kinds.map((kind) => events[kind].schema.layout),
    ...Object.entries(maps).flatMap(([name, { value }]) =>
      'layout' in value && names.includes(name) ? [value.layout] : [],
    ),
  ];

  it('have the same types with and without bpf_loop', () => {
    const other = readObject(objectPath({ withoutBpfLoop: true }));
    const layouts = layoutsOf(eventKinds, mapNames);
    expect(layouts.length).toBeGreaterThan(8);
    expect(sizesIn(other, layouts)).toEqual(sizesIn(all, layouts));
    expect(other.programs.map(({ name }) => name)).toEqual(all.programs.map(({ name }) => name));
  });

  it.each([false, true])(
    'have the same types for lifecycle events alone, without bpf_loop: %s',
    (withoutBpfLoop) => {
      const some = readObject(objectPath({ lean: true, withoutBpfLoop }));
      const ownMaps = some.variables.flatMap(({ name, section }) => (section === '.maps' ? [name] : []));
      expect(mapNames.filter((name) => !ownMaps.includes(name))).toEqual([
        'activity',
        'committed',
        'dns_questions',
        'dns_streams',
        'executable_memories',
        'io_uring_operations',
        'kept_records',
        'module_names',
        'peers',
        'ring_users',
        'unkept_files',
      ]);
      const layouts = layoutsOf(lifecycleKinds, ownMaps);
      expect(sizesIn(some, layouts)).toEqual(sizesIn(all, layouts));
      expect(some.programs.map(({ name }) => name).sort()).toEqual([
        'on_commit_exec',
        'on_event_exec_failed',
        'on_iter_task',
        'on_iter_watched',
        'on_prepare_exec',
        'on_sched_process_exec',
        'on_sched_process_exit',
        'on_sched_process_fork',
        'on_task_rename',
      ]);
    },
  );

  it('may use what the kernel offers to GPL-compatible programs', () => {
    expect(all.license).toBe('Dual BSD/GPL');
  });

  it('compile for arm64', () => {
    const out = mkdtempSync(join(tmpdir(), 'spoor-arm64-'));
    try {
      execFileSync(process.execPath, [join(root, 'build.mjs'), '--arch', 'arm64', '--out', out], {
        stdio: 'pipe',
      });
      expect(readdirSync(out)).toContain('spoor.bpf.o');
    } finally {
      rmSync(out, { recursive: true });
    }
  }, 120_000);
});
