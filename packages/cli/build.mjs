#!/usr/bin/env node
// Compiles native/launcher.c for each architecture to build/, and puts this machine's own at bin/spoor.
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
// Other systems and processors have none: `spoor` is bin/spoor.cjs there.
if (existsSync(from)) {
  // By rename: a launcher that runs is not written to.
  copyFileSync(from, `${to}.partial`);
  renameSync(`${to}.partial`, to);
}
