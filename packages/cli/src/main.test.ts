import { spawnSync } from 'node:child_process';
import { cpSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import process from 'node:process';
import { describe, expect, it } from 'vitest';
import { temporaryFolder } from '../test/captured-io.js';
import { nodeOptions, script } from '../test/spoor.js';

const built = join(dirname(script), '..');

/** A copy of the command that a test may change. */
function copy() {
  const folder = temporaryFolder();
  for (const part of ['bin', 'dist']) {
    cpSync(join(built, part), join(folder, part), { recursive: true, preserveTimestamps: true });
  }
  const main = join(folder, 'dist', 'main.cjs');
  return {
    main,
    help: () =>
      spawnSync(process.execPath, [...nodeOptions, join(folder, 'bin', 'spoor.cjs'), '--help'], {
        encoding: 'utf8',
      }).stdout,
  };
}

/** `text` with its usage lines in capitals: as long as it was. */
const shouted = (text: string) => text.replaceAll('Usage: spoor', 'USAGE: SPOOR');

describe('the compiled code beside the command', () => {
  it('is taken by the Node.js that made it, under the options that the command names', () => {
    const files = readdirSync(join(built, 'dist')).filter((name) => name.endsWith('.cjs'));
    const ask = `
      const { readFileSync } = require('node:fs');
      const { wrap } = require('node:module');
      const { Script } = require('node:vm');
      for (const file of process.argv.slice(1)) {
        const script = new Script(wrap(readFileSync(file, 'utf8')), { cachedData: readFileSync(file + '.code') });
        console.log(script.cachedDataRejected);
      }`;
    const paths = files.map((name) => join(built, 'dist', name));
    const { stdout } = spawnSync(process.execPath, [...nodeOptions, '-e', ask, ...paths], {
      encoding: 'utf8',
    });
    expect(files).toContain('main.cjs');
    expect(stdout.trim().split('\n')).toEqual(files.map(() => 'false'));
  });

  it('is not taken for a text that was edited since, be it as long as it was', () => {
    const { main, help } = copy();
    expect(help()).toContain('Usage: spoor');
    writeFileSync(main, shouted(readFileSync(main, 'utf8')));
    expect(help()).toContain('USAGE: SPOOR');
  });

  it('is not needed, and does no harm where it is of another make', () => {
    const { main, help } = copy();
    const all = help();
    expect(all).toContain('Usage: spoor');
    writeFileSync(`${main}.code`, 'not compiled code');
    expect(help()).toBe(all);
    rmSync(`${main}.code`);
    expect(help()).toBe(all);
  });
});
