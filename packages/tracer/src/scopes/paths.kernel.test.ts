import { mkdirSync, mkdtempSync, realpathSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { EventKind } from '@spoor/event';
import { features } from '@spoor/object';
import { describe, expect, it } from 'vitest';
import { compileTo } from '../../test/compile.js';
import { trace } from '../index.js';

/**
 * Makes a folder with the files `real/f` and `real/x.sh`, a link `link` to `real`, and a link
 * `second` to `link`.
 */
function testFolder() {
  const path = realpathSync(mkdtempSync(join(tmpdir(), 'spoor-paths-')));
  mkdirSync(join(path, 'real/deep'), { recursive: true });
  writeFileSync(join(path, 'real/f'), '');
  symlinkSync('real', join(path, 'link'));
  symlinkSync(join(path, 'link'), join(path, 'second'));
  return { path, [Symbol.dispose]: () => rmSync(path, { recursive: true, force: true }) };
}

interface Run {
  readonly folder: string;
  /** Expressions by scope name. `T` is replaced by the folder. */
  readonly scopes: Readonly<Record<string, string>>;
  readonly events: readonly EventKind[];
  /** Statements in C. The working directory is the folder. */
  readonly main: string;
}

/** Returns the base names of the paths in events, by scope. */
async function namesInScopes({ folder, scopes, events, main }: Run): Promise<Record<string, string[]>> {
  const program = join(folder, 'act');
  compileTo(program, `#include "act.h"\nint main(void)\n{\n${main}\nreturn 0;\n}\n`);
  await using tracer = await trace({
    command: [program],
    spawn: { cwd: folder, stdio: 'ignore' },
    events,
    tuning: { replaceable: false },
    scopes: Object.entries(scopes).map(([name, text]) => `${name}: comm=act ${text.replaceAll('T', folder)}`),
  });
  const seen: Record<string, string[]> = Object.fromEntries(Object.keys(scopes).map((name) => [name, []]));
  for await (const event of tracer) {
    if (event.kind === 'malformed') throw new Error('a malformed record');
    const { data } = event.toJSON() as { data: { path?: string; newPath?: string } };
    for (const scope of event.scopes) seen[scope]?.push(data.path?.split('/').at(-1) ?? '');
  }
  expect(await tracer.exit).toEqual({ code: 0, signal: null });
  return seen;
}

/** Writes a script. Its commands report its progress by their last argument. */
function writeScript(path: string, lines: string) {
  writeFileSync(path, `#!/bin/sh\n${lines}\n`, { mode: 0o755 });
}

/** Returns the last argument per exec, and `exit` per exit, by scope. */
async function whatScopesTake(
  script: string,
  options: {
    readonly folder: string;
    readonly scopes: Readonly<Record<string, string>>;
    readonly processMapSize?: number;
  },
) {
  const { folder, scopes, ...more } = options;
  const seen: Record<string, string[]> = Object.fromEntries(Object.keys(scopes).map((name) => [name, []]));
  await using tracer = await trace({
    command: ['bash', '-c', script],
    spawn: { cwd: folder, stdio: 'ignore' },
    events: ['exec', 'exit'],
    tuning: { replaceable: false },
    scopes: Object.entries(scopes).map(([name, text]) => `${name}: ${text.replaceAll('T/', `${folder}/`)}`),
    ...more,
  });
  for await (const event of tracer) {
    if (event.kind === 'malformed') throw new Error('a malformed record');
    if (!event.scopes.includes('command')) continue;
    const told = event.kind === 'exec' ? event.argv.at(-1) : event.kind;
    for (const scope of event.scopes) seen[scope]?.push(told ?? '');
  }
  expect(await tracer.exit).toEqual({ code: 0, signal: null });
  return { seen, state: tracer.stats().state };
}

describe('exe of a script', () => {
  const scopes = {
    end: 'exe=*.sh',
    whole: 'exe=T/real/x.sh',
    link: 'exe=T/link/x.sh',
    interpreter: 'exe=/bin/sh',
    neither: 'exe!=*.sh,/usr/bin/bash,/bin/sh',
  };

  it('is its own path and that of its interpreter, for every way to execute it', async () => {
    using folder = testFolder();
    writeScript(join(folder.path, 'real/x.sh'), ':');
    const { seen } = await whatScopesTake(
      `"$PWD/real/x.sh" absolute; real/x.sh relative; cd real; ./x.sh dot; ../real/.//deep/../x.sh climb
       perl -e 'open my $f, "<", "x.sh"; $^F = 99; open $f, "<", "x.sh"; exec "/dev/fd/".fileno($f), "fd"'
       cp x.sh plain; ./plain other; cd ..; link/x.sh link; exit 0`,
      { folder: folder.path, scopes },
    );
    const execs = (name: string) => seen[name]!.filter((told) => told !== 'exit');
    const all = ['absolute', 'relative', 'dot', 'climb', 'fd'];
    // Without bpf_loop only a leading `./` is removed.
    const inside = features.has('bpf_loop') ? all : all.filter((told) => told !== 'climb');
    expect(execs('end')).toEqual([...all, 'link']);
    expect(execs('whole')).toEqual(inside);
    // Matches the written path and its target.
    expect(execs('link')).toEqual([...inside, 'link']);
    expect(execs('interpreter')).toEqual([...all, 'other', 'link']);
    expect(execs('neither')).not.toContain('other');
  });

  it('survives the exec by env, and no other exec', async () => {
    using folder = testFolder();
    const file = join(folder.path, 'x.py');
    writeFileSync(file, '#!/usr/bin/env sh\n/bin/true child\nexec /bin/true next\n', { mode: 0o755 });
    const { seen } = await whatScopesTake('./x.py; exit 0', {
      folder: folder.path,
      scopes: { end: 'exe=*.py' },
    });
    // Executed by env and by its shell. Its own commands do not match.
    expect(seen['end']).toEqual(['./x.py', './x.py']);
  });

  it('stays in children until the next exec, even if the entry of the process is lost', async () => {
    using folder = testFolder();
    writeScript(
      join(folder.path, 'x.sh'),
      'for i in 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 19 20; do /bin/true in-loop; done; (:) ; (exec true in-child); exec /bin/true next',
    );
    const { seen, state } = await whatScopesTake('./x.sh start; /bin/true binary; exit 0', {
      folder: folder.path,
      scopes: { end: 'exe=*.sh', others: 'exe!=*.sh' },
      processMapSize: 1,
    });
    // The subshell and the script end without another exec.
    expect(seen['end']).toEqual(['start', 'exit']);
    expect(seen['others']!.filter((told) => told !== 'exit')).toEqual(
      expect.arrayContaining([...new Array(20).fill('in-loop'), 'in-child', 'next', 'binary']),
    );
    expect(state.scriptsLost).toBe(0);
    expect(state.misses).toBeGreaterThan(0);
  });
});

describe('conditions on paths match the file', () => {
  it('of opens: absolute, relative, by descriptor, through links, with and without success', async () => {
    using folder = testFolder();
    const seen = await namesInScopes({
      folder: folder.path,
      events: ['open'],
      scopes: {
        target: 'open.path=T/real/*',
        link: 'open.path=T/link/*',
        second: 'open.path=T/second/*',
        whole: 'open.path=T/real/no1,T/second/f',
        end: 'open.path=*/real/no2,*/no3,*o4',
        others: 'open.path!=T/real/*,/etc/*,/lib/*,/usr/*,T/told,/proc/*,/dev/*',
      },
      main: `
        char cwd[PATH_MAX], path[PATH_MAX];
        must(getcwd(cwd, sizeof(cwd)) ? 0 : -1);
        #define IN(name) (strcat(strcpy(path, cwd), name), path)
        close(must(open("link/f", O_RDONLY)));
        close(must(open(IN("/second/f"), O_RDONLY)));
        open(IN("/real/no1"), O_RDONLY);
        open(IN("/link/no1"), O_RDONLY);
        open("second/no2", O_RDONLY);
        int d = must(open("link", O_RDONLY | O_DIRECTORY));
        openat(d, "no3", O_RDONLY);
        openat(d, "./deep/../no4", O_RDONLY);
        openat(d, "../elsewhere", O_RDONLY);
        must(chdir("link/deep"));
        open("no5", O_RDONLY);
        open("../no6", O_RDONLY);
        open("no7/", O_RDONLY);
        open("/nowhere/no8", O_RDONLY);
        openat(999, "no9", O_RDONLY);`,
    });
    const inside = ['f', 'f', 'no1', 'no1', 'no2', 'no3', 'no4', 'no5', 'no6', ''];
    expect(seen).toEqual({
      target: inside,
      link: inside,
      second: inside,
      whole: ['f', 'f', 'no1', 'no1'],
      end: ['no2', 'no3', 'no4'],
      others: ['real', 'elsewhere', 'no8', 'no9'],
    });
  });

  it('of unlink, rename, mkdir, chmod and chown', async () => {
    using folder = testFolder();
    const seen = await namesInScopes({
      folder: folder.path,
      events: ['unlink', 'rename', 'mkdir', 'chmod', 'chown'],
      scopes: {
        unlinked: 'unlink.path=T/second/*',
        notUnlinked: 'unlink.path!=T/real/*',
        from: 'rename.path=T/real/a',
        to: 'rename.newPath=T/link/*',
        made: 'mkdir.path=T/real/*',
        mode: 'chmod.path=T/link/f',
        owner: 'chown.path=T/real/f',
        itself: 'unlink.path=T/third',
      },
      main: `
        int d = must(open("real", O_RDONLY | O_DIRECTORY));
        must(mkdir("link/a", 0700));
        must(mkdirat(d, "b", 0700));
        must(mkdir("c", 0700));
        must(rename("second/a", "g"));
        must(renameat(AT_FDCWD, "g", d, "a"));
        must(rename("c", "real/c"));
        must(chmod("real/f", 0600));
        must(fchmodat(d, "f", 0600, 0));
        must(fchmod(d, 0700));
        must(lchown("second/f", getuid(), getgid()));
        must(chown("link", getuid(), getgid()));
        must(rmdir("real/a"));
        must(unlinkat(d, "b", AT_REMOVEDIR));
        unlink("link/missing");
        unlink("missing");
        must(symlink("real/f", "third"));
        must(unlink("third"));`,
    });
    expect(seen).toEqual({
      unlinked: ['a', 'b', 'missing'],
      notUnlinked: ['missing', 'third'],
      from: ['a'],
      to: ['g', 'c'],
      made: ['a', 'b'],
      mode: ['f', 'f'],
      owner: ['f'],
      itself: ['third'],
    });
  });

  it('after chroot an absolute name starts at the root of the process, and the event is flagged', async () => {
    using folder = testFolder();
    const program = join(folder.path, 'act');
    compileTo(
      program,
      `#include "act.h"\nint main(void)\n{\nmust(chroot("link"));\nopen("/nope", O_RDONLY);\nmust(chdir("/"));\nopen("../rel", O_RDONLY);\nunlink("/nope");\nreturn 0;\n}\n`,
    );
    await using tracer = await trace({
      command: [program],
      spawn: { cwd: folder.path, stdio: 'ignore' },
      events: ['open', 'unlink'],
      tuning: { replaceable: false },
      scopes: [`inside: open.path=${folder.path}/real/nope`, 'host: open.path=/nope unlink.path=/nope'],
    });
    const seen: unknown[] = [];
    for await (const event of tracer) {
      if (event.kind === 'malformed' || !/nope|rel$/.test(String((event as { path?: string }).path)))
        continue;
      const { flags, data, scopes } = event.toJSON();
      const { path, root, directory } = data as Partial<Record<string, unknown>>;
      seen.push({ path, root, directory, other: flags.includes('other-root'), scopes });
    }
    const root = join(folder.path, 'real');
    expect(seen).toEqual([
      { path: '/nope', root, other: true, scopes: ['command', 'inside'] },
      { path: '../rel', directory: root, other: true, scopes: ['command'] },
      { path: '/nope', root, other: true, scopes: ['command'] },
    ]);
  });
});

it('a trace that was loaded without conditions rejects them later', async () => {
  await using tracer = await trace({
    tuning: { replaceable: false },
    scopes: ['uid=4242'],
    events: ['open'],
  });
  expect(() => tracer.setScopes(['uid=4242 open.path=/x'])).toThrow(
    expect.objectContaining({
      code: 'WRONG_PHASE',
      message: expect.stringContaining('conditions on events'),
    }),
  );
});
