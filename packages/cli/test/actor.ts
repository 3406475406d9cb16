import { execFileSync } from 'node:child_process';
import { mkdtempSync, realpathSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll } from 'vitest';

/** A folder for one test file, with the actor in it. */
export interface Stage {
  readonly folder: string;
  /** A program whose events are all known: see fixtures/actor.c. */
  readonly actor: string;
}

/**
 * Builds the actor before the tests of a file, and removes the folder after them. The fields are
 * set when the first test begins.
 */
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
