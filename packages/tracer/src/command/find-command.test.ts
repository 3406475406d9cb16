import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { findCommand } from './find-command.js';

let folder: string;

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'spoor-find-'));
  mkdirSync(join(folder, 'a/dir'), { recursive: true });
  mkdirSync(join(folder, 'b'));
  writeFileSync(join(folder, 'b/tool'), '#!/bin/sh\n');
  chmodSync(join(folder, 'b/tool'), 0o755);
  writeFileSync(join(folder, 'a/text'), 'no program');
  chmodSync(join(folder, 'a/text'), 0o644);
});
afterAll(() => rmSync(folder, { recursive: true }));

describe('findCommand', () => {
  const path = () => `${join(folder, 'a')}:${join(folder, 'b')}`;

  it('searches the folders of PATH', () => {
    expect(findCommand('tool', { path: path() })).toBe(join(folder, 'b/tool'));
  });

  it('accepts a path', () => {
    expect(findCommand(join(folder, 'b/tool'), { path: '' })).toBe(join(folder, 'b/tool'));
  });

  it('starts at a given directory', () => {
    expect(findCommand('./b/tool', { cwd: folder })).toBe('./b/tool');
    expect(findCommand('tool', { path: 'a:b', cwd: folder })).toBe(join(folder, 'b/tool'));
  });

  it.each(['', 'no-such-command', './no/such'])('does not find %o', (command) => {
    expect(() => findCommand(command, { path: path() })).toThrow(
      expect.objectContaining({ code: 'COMMAND_NOT_FOUND' }),
    );
  });

  it.each(['dir', 'text'])('rejects %s, which is not executable', (command) => {
    expect(() => findCommand(command, { path: join(folder, 'a') })).toThrow(
      expect.objectContaining({ code: 'COMMAND_NOT_EXECUTABLE' }),
    );
  });
});
