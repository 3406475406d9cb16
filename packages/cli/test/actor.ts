import { execFileSync } from 'node:child_process';
import { mkdtempSync, realpathSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll } from 'vitest';

/** A folder of this test file's own, with the actor in it. */
export interface Stage {
  readonly folder: string;
  /** A program whose every event is known: see fixtures/actor.c. */
  readonly actor: string;
}

/** Builds the actor before the tests of a file and clears up after them. The result is filled in by then. */
export function useStage(): Stage {
  const stage = { folder: '', actor: '' };
  beforeAll(() => {
    stage.folder = mkdtempSync(join(realpathSync(tmpdir()), 'spoor-test-'));
    stage.actor = join(stage.folder, 'actor');
    const source = join(import.meta.dirname, 'fixtures', 'actor.c');
    const clang = process.env['CLANG'] ?? 'clang';
    execFileSync(clang, ['-D_GNU_SOURCE', '-O1', '-static', '-Wall', '-Werror', '-o', stage.actor, source]);
  });
  afterAll(() => rmSync(stage.folder, { recursive: true, force: true }));
  return stage;
}
