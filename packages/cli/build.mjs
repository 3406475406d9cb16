#!/usr/bin/env node
// Compiles native/launcher.c for each architecture to build/, and copies the one of this machine to
// bin/spoor.
import { copyFileSync, existsSync, renameSync } from 'node:fs';
import process from 'node:process';
import { fileURLToPath } from 'node:url';
import { compileNative } from '../../scripts/lib/native.mjs';

const here = new URL('.', import.meta.url);
compileNative(here, {
  name: 'launcher',
  sources: ['native/launcher.c'],
  include: '../../packages/tracer/native',
});
const [from, to] = [`build/launcher-${process.arch}`, 'bin/spoor'].map((path) =>
  fileURLToPath(new URL(path, here)),
);
// Without a launcher for this machine, `spoor` is bin/spoor.cjs.
if (existsSync(from)) {
  // A running launcher cannot be written to, so the file is renamed into place.
  copyFileSync(from, `${to}.partial`);
  renameSync(`${to}.partial`, to);
}
